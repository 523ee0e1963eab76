"""A server that says nothing is reported in one line, and is not waited for without end."""

import socket
from collections.abc import Iterator

import pytest
from alembic.util import CommandError
from sqlalchemy import make_url, text
# {% if database == "mysql" or concurrency == "sync" %}
from sqlalchemy.exc import OperationalError
# {% endif %}

from app.database import profile
from app.database.settings import DatabaseSettings
from app.migrate import upgrade
from tests.commands import manage
from tests.conftest import SECRET_KEY

# {% if database == "postgresql" and concurrency == "async" %}
IMPATIENT = {"timeout": 0.5}
GIVEN_UP = TimeoutError
LONG = text("SELECT pg_sleep(5)")
# {% elif database == "postgresql" %}
IMPATIENT = {"connect_timeout": 2}  # the shortest that libpq knows
GIVEN_UP = OperationalError
LONG = text("SELECT pg_sleep(5)")
# {% else %}
IMPATIENT = {"read_timeout": 1}
GIVEN_UP = OperationalError
LONG = text("SELECT SLEEP(5)")
# {% endif %}


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[DatabaseSettings]:
    """Settings of such a server, and less patience with it."""
    monkeypatch.setattr("app.cli.running.configure_logging", lambda *_: None)
    for name, value in IMPATIENT.items():
        monkeypatch.setitem(profile.ARGUMENTS, name, value)
        # {% if database == "postgresql" %}
        monkeypatch.setitem(profile.MIGRATION_ARGUMENTS, name, value)
        # {% endif %}
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = make_url(database_url).set(host="127.0.0.1", port=server.getsockname()[1])
        yield DatabaseSettings(url=url.render_as_string(hide_password=False))


def test_alembic_reports_it(silent: DatabaseSettings) -> None:
    with pytest.raises(CommandError, match=r" answers at 127\.0\.0\.1:\d+ \(.+\): run `docker"):
        upgrade(silent)


def test_commands_report_it(monkeypatch: pytest.MonkeyPatch, silent: DatabaseSettings) -> None:
    monkeypatch.setenv("DATABASE_URL", silent.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)

    result = manage("unlock", "ann")

    [line] = result.output.splitlines()
    assert (result.exit_code, " answers at 127.0.0.1:" in line) == (1, True)


async def test_answer_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    # {% if database == "mysql" %}
    monkeypatch.setitem(profile.ARGUMENTS, "read_timeout", profile.ARGUMENTS["read_timeout"] / 10)
    # {% elif concurrency == "async" %}
    shorter = profile.ARGUMENTS["command_timeout"] / 20
    monkeypatch.setitem(profile.ARGUMENTS, "command_timeout", shorter)
    # {% else %}
    monkeypatch.setattr(profile, "ANSWER_TIMEOUT", 0.5)
    # {% endif %}
    engine = profile.create_writer(database_settings)

    try:
        async with engine.connect() as connection:
            # {% if database == "postgresql" %}
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            # {% endif %}
            with pytest.raises(GIVEN_UP):
                await connection.execute(LONG)

        async with engine.connect() as connection:
            answer = await connection.scalar(text("SELECT 1"))
    finally:
        await engine.dispose()

    assert answer == 1


# {% if database == "mysql" %}
async def test_statement_of_a_migration_may_take_longer(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    monkeypatch.setitem(profile.ARGUMENTS, "read_timeout", 1)
    engine = profile.create_migrator(database_settings)

    async with engine.connect() as connection:
        slept = await connection.scalar(text("SELECT SLEEP(1.5)"))
    await engine.dispose()

    assert slept == 0


# {% endif %}
