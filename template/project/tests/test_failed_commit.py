# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A commit that fails leaves nothing locked, and nothing for the next commit to store."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.auth.hashing import NO_PASSWORD
from app.database import Database
from app.models import User
from tests.steps import account_named, profile, rows_of

# {% if database != "mysql" %}
# Its constraint is checked at the commit, and not by the statement.
TABLE = """
    CREATE TABLE table_of_a_test (
        id INTEGER PRIMARY KEY,
        other_id INTEGER REFERENCES table_of_a_test (id) DEFERRABLE INITIALLY DEFERRED
    )
"""
# {% endif %}


async def store(database: Database, name: str, *statements: str) -> None:
    """Create a user in a transaction, together with what the statements do."""
    async with database.session() as session:
        session.add(User(**profile(account_named(name)), password_hash=NO_PASSWORD))
        for statement in statements:
            await session.execute(text(statement))
        await session.commit()


async def profiles_in(database: Database) -> list[dict[str, str]]:
    return [profile(user) for user in await rows_of(database, User)]


async def test_next_transaction_goes_on(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the reason is, and on any database."""
    dialect = database.writer.sync_engine.dialect

    def fail(_: Any) -> None:
        raise dialect.loaded_dbapi.OperationalError("refused")

    with monkeypatch.context() as patch:
        patch.setattr(dialect, "do_commit", fail)
        with pytest.raises(DBAPIError):
            await store(database, "ann")
    await store(database, "bob")

    assert await profiles_in(database) == [profile(account_named("bob"))]


# {% if database != "mysql" %}
async def test_constraint_that_is_checked_at_the_commit_blocks_nobody(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text(TABLE))
    try:
        with pytest.raises(DBAPIError):
            await store(database, "ann", "INSERT INTO table_of_a_test VALUES (1, 2)")
        await store(database, "bob")
    finally:
        async with database.writer.begin() as connection:
            await connection.execute(text("DROP TABLE table_of_a_test"))

    assert await profiles_in(database) == [profile(account_named("bob"))]


# {% endif %}
# {% endcall %}
