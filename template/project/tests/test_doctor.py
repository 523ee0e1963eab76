# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The doctor looks at a deployment, says what to do, and stops what should not go live."""

from pathlib import Path

import pytest
from alembic import command
from typer.testing import CliRunner, Result

from app.cli import app
from app.database_settings import DatabaseSettings
from app.migrate import configuration, upgrade
from tests.conftest import SECRET_KEY


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> None:
    """The settings of a production host, without a .env."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    # {% if password_hash == "bcrypt" %}
    monkeypatch.setenv("AUTH_BCRYPT_ROUNDS", "10")
    # {% endif %}


def examined(*options: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *options])


def test_deployment_in_order_may_go_live() -> None:
    result = examined()

    assert result.exit_code == 0
    assert "failure" not in result.output
    assert "The database is at the newest revision." in result.output


@pytest.mark.parametrize(
    ("variable", "value", "warning"),
    [
        ("ENVIRONMENT", "development", "ENVIRONMENT is development"),
        ("AUTH_SECRET_KEY_PREVIOUS", SECRET_KEY[::-1], "days after the change"),
        ("AUTH_ACCESS_MINUTES", "120", "keep it short"),
        ("WEB_CONCURRENCY", "2", "name a Redis for all of them"),
        ("AUTH_LIMIT_STORAGE", "redis://127.0.0.1:1", "does not answer"),
    ],
)
def test_weak_spot_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    warning: str,
) -> None:
    monkeypatch.setenv(variable, value)

    result = examined()

    [line] = [line for line in result.output.splitlines() if warning in line]
    assert line.startswith("warning ")
    assert result.exit_code == 0
    assert examined("--strict").exit_code == 1


def test_readable_secrets_are_a_warning(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.touch(mode=0o644)
    env.chmod(0o644)
    before = examined().output

    env.chmod(0o600)

    assert "chmod 600 .env" in before
    assert "chmod" not in examined().output


def test_outdated_database_must_not_go_live(database_settings: DatabaseSettings) -> None:
    command.downgrade(configuration(database_settings), "base")
    try:
        result = examined()
    finally:
        upgrade(database_settings)

    assert result.exit_code == 1
    assert "run `uv run alembic upgrade head`" in result.output


def test_missing_database_must_not_go_live(monkeypatch: pytest.MonkeyPatch) -> None:
    # {% if database == "sqlite" and concurrency == "async" %}
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:////nowhere/app.db")
    # {% elif database == "sqlite" %}
    #| monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/app.db")
    # {% elif database == "postgresql" and concurrency == "async" %}
    #| monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    # {% elif database == "postgresql" %}
    #| monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    # {% elif concurrency == "async" %}
    #| monkeypatch.setenv("DATABASE_URL", "mysql+asyncmy://nobody@127.0.0.1:1/nothing")
    # {% else %}
    #| monkeypatch.setenv("DATABASE_URL", "mysql+pymysql://nobody@127.0.0.1:1/nothing")
    # {% endif %}

    result = examined()

    assert result.exit_code == 1
    assert "look at DATABASE_URL" in result.output
    assert "Traceback" not in result.output


# {% endcall %}
