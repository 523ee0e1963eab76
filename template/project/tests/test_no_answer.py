# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""A file that another process keeps locked is reported in one line."""

import sqlite3
from collections.abc import Iterator

import pytest
from alembic.util import CommandError
from sqlalchemy import make_url

from app.database import profile
from app.database.settings import DatabaseSettings
from app.migrate import upgrade
from tests.commands import manage
from tests.conftest import SECRET_KEY


@pytest.fixture
def locked(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> Iterator[DatabaseSettings]:
    """Settings of such a file, whose lock nobody waits for."""
    monkeypatch.setattr("app.cli.running.configure_logging", lambda *_: None)
    monkeypatch.setattr(profile, "TURN_TIMEOUT", 0)
    monkeypatch.setattr(profile, "PRAGMAS", ("PRAGMA busy_timeout = 0", *profile.PRAGMAS[1:]))
    file = make_url(database_settings.url).database or ""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield database_settings
    connection.close()


def test_alembic_reports_it(locked: DatabaseSettings) -> None:
    with pytest.raises(CommandError, match="is locked by another process"):
        upgrade(locked)


def test_commands_report_it(monkeypatch: pytest.MonkeyPatch, locked: DatabaseSettings) -> None:
    monkeypatch.setenv("DATABASE_URL", locked.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)

    result = manage("purge")

    [line] = result.output.splitlines()
    assert (result.exit_code, "is locked by another process" in line) == (1, True)


# {% else %}
# {% include "template/includes/test_no_answer.py" %}
# {% endif %}
# {% endcall %}
