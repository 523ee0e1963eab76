"""A server that accepts connections and says nothing is reported in one line."""

import socket
from collections.abc import Iterator

import pytest
from alembic.util import CommandError
# {% if database == "mysql" %}
from sqlalchemy import make_url, text
# {% else %}
from sqlalchemy import make_url
# {% endif %}

from app.database import profile
from app.database.settings import DatabaseSettings
from app.migrate import upgrade
from tests.commands import manage
from tests.conftest import SECRET_KEY

# {% if database == "postgresql" and concurrency == "async" %}
IMPATIENT = {"timeout": 0.5}
# {% elif database == "postgresql" %}
IMPATIENT = {"connect_timeout": 2}  # the shortest that libpq knows
# {% else %}
IMPATIENT = {"read_timeout": 1}
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
