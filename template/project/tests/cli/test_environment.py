# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""`manage init` writes a `.env` for development, and never replaces one."""

import stat
from pathlib import Path

import pytest

from app.cli.environment import for_development
from app.database.settings import DatabaseSettings
from app.settings import Settings, load_settings
from tests.commands import manage

EXAMPLE = """ENVIRONMENT=production
DATABASE_URL={url}
AUTH_SECRET_KEY=replace-me
"""


@pytest.fixture(autouse=True)
def folder(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> Path:
    """A fresh clone, in which no variable is set."""
    for variable in ("ENVIRONMENT", "DATABASE_URL", "AUTH_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / ".env.example").write_text(EXAMPLE.format(url=database_settings.url))
    return tmp_path


def test_written_settings_are_for_development() -> None:
    result = manage("init")

    settings: Settings = load_settings()
    assert (result.exit_code, settings.environment, settings.docs) == (0, "development", True)
    # {% if transport != "header" %}
    assert settings.auth.cookie_secure is False
    # {% endif %}


def test_only_the_owner_can_read_the_file(folder: Path) -> None:
    manage("init")

    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_every_file_has_its_own_key() -> None:
    texts = {for_development("AUTH_SECRET_KEY=replace-me\n") for _ in range(3)}

    assert (len(texts), "replace-me" in str(texts)) == (3, False)


def test_value_that_the_example_omits_is_added() -> None:
    assert "\nENVIRONMENT=development\n" in for_development("APP_NAME=Shop\n")


def test_file_that_exists_stays(folder: Path) -> None:
    (folder / ".env").write_text("MINE=1\n")

    result = manage("init")

    assert (result.exit_code, (folder / ".env").read_text()) == (1, "MINE=1\n")
    assert result.stderr == "There is already a .env. Delete it first if you want a new one.\n"


def test_link_is_not_followed(folder: Path) -> None:
    (folder / ".env").symlink_to(folder / "elsewhere")

    result = manage("init")

    assert (result.exit_code, (folder / "elsewhere").exists()) == (1, False)


def test_another_folder_is_refused(folder: Path) -> None:
    (folder / ".env.example").unlink()

    result = manage("init")

    assert (result.exit_code, list(folder.iterdir())) == (1, [])
    assert result.stderr.startswith("There is no .env.example here.")


def test_missing_settings_name_the_command() -> None:
    result = manage("list-users")

    assert result.exit_code == 1
    assert "`uv run manage init` writes a .env." in result.output


def test_command_is_not_named_if_there_is_a_file(folder: Path) -> None:
    (folder / ".env").touch()

    result = manage("list-users")

    assert (result.exit_code, "manage init" in result.output) == (1, False)


# {% endcall %}
