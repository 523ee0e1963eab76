"""SQLite copies a table to alter a column. Your revisions do this without losing data."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Delete, Insert, NullPool, create_engine, delete, insert, make_url

from app.auth.ext.columns import EPOCH
from app.database.settings import DatabaseSettings
from app.migrate import configuration
from app.models import AuthSession, Base, User
from tests.steps import Account, profile
from tests.test_migrations import add_own_revision
from tests.user_ids import user_id

# SQLite would give it to the next user of an empty table.
FIRST_ID = user_id(1)
USER = {"id": FIRST_ID, **profile(Account()), "password_hash": "$"}
MOMENTS = (
    *("created_at", "authenticated_at", "rotated_at"),
    *("idle_expires_at", "absolute_expires_at"),
)
SESSION = {
    **{"id": "0", "user_id": FIRST_ID, "generation": 1, "kid": "k", "methods": ("pwd",)},
    **dict.fromkeys(MOMENTS, EPOCH),
}


@pytest.fixture
def database_settings(database_url: str, tmp_path: Path) -> DatabaseSettings:
    url = make_url(database_url).set(database=str(tmp_path / "test.db"))
    return DatabaseSettings(url=str(url))


@pytest.fixture
def connection(database_settings: DatabaseSettings) -> Iterator[Connection]:
    """A connection to the database after a revision that alters a column of the user table."""
    config = configuration(database_settings)
    command.upgrade(config, "head")
    path = make_url(database_settings.url).database or ""
    write(database_settings, insert(User).values(USER), insert(AuthSession).values(SESSION))
    add_own_revision(config, Path(path).parent)
    command.upgrade(config, "head")
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def write(database_settings: DatabaseSettings, *statements: Insert | Delete) -> None:
    """Write through the models, which set the defaults of your own columns."""
    url = make_url(database_settings.url).set(drivername="sqlite")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def rows_in(connection: Connection, model: type[Base], columns: str) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} FROM {model.__tablename__}"  # noqa: S608 -- no user input
    return connection.execute(query).fetchall()


def test_users_are_kept(connection: Connection) -> None:
    users = rows_in(connection, User, "email, column_of_a_test")

    assert users == [(Account().email, None)]


def test_sessions_are_kept(connection: Connection) -> None:
    """Dropping the old table must not sign users out."""
    [(owner_id,)] = rows_in(connection, AuthSession, "user_id")

    assert rows_in(connection, User, "id") == [(owner_id,)]


def test_ids_are_never_reused(
    database_settings: DatabaseSettings,
    connection: Connection,
) -> None:
    another = {column: value for column, value in USER.items() if column != "id"}
    before = rows_in(connection, User, "id")

    write(database_settings, delete(User), insert(User).values(another))

    assert rows_in(connection, User, "id") != before
