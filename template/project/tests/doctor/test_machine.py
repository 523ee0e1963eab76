# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""`manage doctor` reports each weak spot of a machine and of what is in front of it."""

from pathlib import Path

import pytest

from app.database.settings import (
    # {% if database == "sqlite" %}
    DatabaseSettings,
    # {% endif %}
)
from tests.auth.key_pairs import key_pair
from tests.doctor.steps import run_doctor, warnings_of

pytestmark = pytest.mark.usefixtures("deployment")


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("TRUSTED_PROXIES", "10.0.0.5,10.1.0.0/16", "come from 2 named proxies."),
        ("TRUSTED_HOPS", "2", "Each request passes 2 proxies, and no client can avoid them."),
        ("TRUSTED_PROXIES", "", "No proxy is trusted: clients connect directly, or all of them"),
    ],
)
def test_proxies_are_shown(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    text: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert text in run_doctor().output


@pytest.mark.parametrize(
    ("variable", "value", "warning"),
    [
        ("WEB_CONCURRENCY", "2", "to a Redis that all processes share"),
        ("AUTH_LIMIT_STORAGE", "redis://127.0.0.1:1", "does not answer"),
    ],
)
def test_separate_counts_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    warning: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert [line for line in warnings_of(run_doctor()) if warning in line]


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_readable_secrets_are_a_warning(tmp_path: Path, mode: int) -> None:
    env = tmp_path / ".env"
    env.touch()
    env.chmod(mode)
    before = run_doctor().output

    env.chmod(0o600)

    assert "chmod 600 .env" in before
    assert "chmod 600 .env" not in run_doctor().output


@pytest.mark.parametrize(
    ("mode", "folder", "warnings"),
    [
        (0o600, "elsewhere", 0),
        (0o644, "elsewhere", 1),
        (0o640, "elsewhere", 1),
        (0o600, "project", 1),
        (0o600, "project/keys", 1),
    ],
)
def test_private_key_in_the_project_or_for_others_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mode: int,
    folder: str,
    warnings: int,
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / folder).mkdir(exist_ok=True)
    private, _ = key_pair("EdDSA").files(tmp_path / folder)
    private.chmod(mode)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("AUTH_ALGORITHM", "EdDSA")
    monkeypatch.setenv("AUTH_PRIVATE_KEY_FILE", str(private))

    about_the_key = [line for line in warnings_of(run_doctor()) if str(private) in line]

    assert len(about_the_key) == warnings


# {% if database == "sqlite" %}
def test_readable_database_is_a_warning(database_settings: DatabaseSettings) -> None:
    file = Path(database_settings.url.partition("///")[2])
    mode = file.stat().st_mode
    try:
        file.chmod(0o644)
        readable = run_doctor().output
        file.chmod(0o600)
        private = run_doctor().output
    finally:
        file.chmod(mode)

    assert f"chmod 600 {file}" in readable
    assert f"chmod 600 {file}" not in private


# {% endif %}

# {% endcall %}
