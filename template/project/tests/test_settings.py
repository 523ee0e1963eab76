# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The application reads its settings from the environment and `.env`, or does not start."""

import os
from pathlib import Path

import pytest

from app.database_settings import DatabaseSettings
from app.settings import load_settings
from tests.conftest import SECRET_KEY

OURS = ("APP_", "AUTH", "DATABASE_", "ENVIRONMENT")

WRONG_VARIABLES = {
    "ENVIRONMENT": "staging-55f1",
    "DATABASE_URL": "oracle://user:55f1@host/name",
    "DATABASE_POOL_SIZE": "many-55f1",
    "AUTH_SECRET_KEY": "too-short-55f1",
    "AUTH_SECRET_KEY_PREVIOUS": "too-short-55f1",
    "AUTH_ALGORITHM": "none-55f1",
    "AUTH_ACCESS_MINUTES": "fifteen-55f1",
    "AUTH_REFRESH_DAYS": "365",
    "AUTH_UNKNOWN_NAME": "value-55f1",
    # {% if transport != "header" %}
    "AUTH_COOKIE_SECURE": "false",
    "AUTH_COOKIE_SAMESITE": "sometimes-55f1",
    "AUTH_TRUSTED_ORIGINS": "https://example.com/55f1",
    # {% endif %}
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, and an environment without settings."""
    for name in os.environ:
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> pytest.MonkeyPatch:
    """An environment in which the application starts."""
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    return monkeypatch


def message_of_refusal() -> str:
    with pytest.raises(SystemExit) as refusal:
        load_settings()
    return str(refusal.value)


def test_variables_of_the_environment_are_read(
    environment: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    environment.setenv("AUTH_ACCESS_MINUTES", "5")
    environment.setenv("AUTH_SECRET_KEY_PREVIOUS", f"{SECRET_KEY[::-1]},{SECRET_KEY}")

    settings = load_settings()

    previous = [secret.get_secret_value() for secret in settings.auth.secret_key_previous]
    assert settings.database == database_settings
    assert settings.auth.access_minutes == 5
    assert previous == [SECRET_KEY[::-1], SECRET_KEY]


def test_variables_of_the_file_are_read(folder: Path, database_settings: DatabaseSettings) -> None:
    url = f"DATABASE_URL={database_settings.url}"
    (folder / ".env").write_text(f"{url}\nAUTH_SECRET_KEY={SECRET_KEY}\nAPP_NAME=Mine\n")

    settings = load_settings()

    assert settings.app_name == "Mine"
    assert settings.auth.secret_key.get_secret_value() == SECRET_KEY


def test_environment_goes_before_the_file(environment: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / ".env").write_text("AUTH_ACCESS_MINUTES=5\nAUTH_REFRESH_DAYS=3\n")
    environment.setenv("AUTH_ACCESS_MINUTES", "10")

    settings = load_settings()

    assert (settings.auth.access_minutes, settings.auth.refresh_days) == (10, 3)


def test_unset_environment_is_production(environment: pytest.MonkeyPatch) -> None:
    assert load_settings().environment == "production"


def test_nothing_set_names_what_is_missing(folder: Path) -> None:
    message = message_of_refusal()

    assert "DATABASE_URL: Field required" in message
    assert "AUTH_SECRET_KEY: Field required" in message


def test_missing_secret_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AUTH_SECRET_KEY")
    environment.setenv("AUTH_ACCESS_MINUTES", "5")

    assert "AUTH_SECRET_KEY: Field required" in message_of_refusal()


@pytest.mark.parametrize(("name", "value"), WRONG_VARIABLES.items(), ids=WRONG_VARIABLES)
def test_wrong_variable_is_named_without_its_value(
    environment: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    environment.setenv(name, value)

    message = message_of_refusal()

    assert name in message
    assert "55f1" not in message


def test_every_wrong_variable_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "staging")
    environment.setenv("AUTH_ACCESS_MINUTES", "0")
    environment.setenv("AUTH_HASH_WORKERS", "0")

    _, *problems = message_of_refusal().splitlines()

    names = [problem.partition(":")[0].strip() for problem in problems]
    assert names == ["ENVIRONMENT", "AUTH_ACCESS_MINUTES", "AUTH_HASH_WORKERS"]


def test_example_cannot_start_the_application(folder: Path) -> None:
    example = Path(__file__).parents[1] / ".env.example"
    (folder / ".env").write_text(example.read_text())

    assert "AUTH_SECRET_KEY is a placeholder" in message_of_refusal()  # SEC-85


# {% if database == "sqlite" %}
@pytest.mark.parametrize("path", ["", ":memory:", "?mode=memory"])
def test_database_in_memory_is_refused(environment: pytest.MonkeyPatch, path: str) -> None:
    environment.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{path}")

    assert "DATABASE_URL" in message_of_refusal()


# {% endif %}
# {% if transport != "header" %}
def test_cookies_over_plain_http_are_for_development(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AUTH_COOKIE_SECURE", "false")

    message = message_of_refusal()
    environment.setenv("ENVIRONMENT", "development")
    settings = load_settings()

    assert "AUTH_COOKIE_SECURE is off, which is for development only" in message
    assert not settings.auth.cookie_secure


# {% endif %}
# {% endcall %}
