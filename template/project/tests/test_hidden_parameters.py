# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A statement that fails does not show its parameters, such as hashes and keys (SEC-13)."""

import logging
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.database.profile import create_migrator
from app.database.settings import DatabaseSettings

HASH = "$2b$12$abcdefghijklmnopqrstuu5Kq1Qx3o1f7yQWmV6iJ8Zt0R9sPcGhy"


async def fail(engine: Any) -> str:
    """Run a statement that fails, and return its error."""
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as failure:
            await connection.execute(text("SELECT * FROM nowhere WHERE a = :a"), {"a": HASH})
    return str(failure.value)


@pytest.mark.parametrize("name", ["writer", "reader"])
async def test_error_of_the_application_shows_no_parameters(
    database: Database,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = await fail(getattr(database, name))

    assert "nowhere" in error
    assert HASH not in error + caplog.text


async def test_error_of_a_migration_shows_no_parameters(
    database_settings: DatabaseSettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = create_migrator(database_settings)

    with caplog.at_level(logging.DEBUG):
        error = await fail(engine)
    await engine.dispose()

    assert "nowhere" in error
    assert HASH not in error + caplog.text


# {% endcall %}
