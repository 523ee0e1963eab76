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

USER = {"id": 7, **profile(Account()), "password_hash": "$"}
MOMENTS = (
    *("created_at", "authenticated_at", "rotated_at"),
    *("idle_expires_at", "absolute_expires_at"),
)
SESSION = {
    **{"id": "0", "user_id": 7, "generation": 1, "kid": "k", "methods": ("pwd",)},
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
    users = rows_in(connection, User, "id, email, column_of_a_test")

    assert users == [(7, Account().email, None)]


def test_sessions_are_kept(connection: Connection) -> None:
    """Dropping the old table must not sign users out."""
    sessions = rows_in(connection, AuthSession, "id, user_id")

    assert sessions == [("0", 7)]


def test_ids_are_never_reused(
    database_settings: DatabaseSettings,
    connection: Connection,
) -> None:
    write(database_settings, delete(User), insert(User).values(USER | {"id": None}))

    [(user_id,)] = rows_in(connection, User, "id")
    assert user_id > 7
