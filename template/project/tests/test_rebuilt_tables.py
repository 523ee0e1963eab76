"""To alter a column, SQLite copies the table: your revisions do it, and nothing may get lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from os import pathsep
from pathlib import Path
from sqlite3 import Connection

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Insert, NullPool, create_engine, insert, make_url

from app.auth.ext.models import EPOCH
from app.database_settings import DatabaseSettings
from app.migrate import configuration
from app.models import AuthSession, User
from tests.databases import database_url_for_tests
from tests.test_migrations import OWN, OWN_REVISION

NAMES = {"email": "a@b.de", "email_key": "a@b.de", "username": "ann", "username_key": "ann"}
USER = {"id": 7, **NAMES, "password_hash": "$", "created_at": EPOCH}
MOMENTS = ("created_at", "rotated_at", "idle_expires_at", "absolute_expires_at")
SESSION = {"id": "0", "user_id": 7, "generation": 1, "kid": "k", **dict.fromkeys(MOMENTS, EPOCH)}


@pytest.fixture
def database_settings(tmp_path: Path) -> DatabaseSettings:
    return DatabaseSettings(url=database_url_for_tests(tmp_path))


@pytest.fixture
def connection(database_settings: DatabaseSettings) -> Iterator[Connection]:
    """A connection to the database after a revision that alters a column of the users."""
    config = configuration(database_settings)
    command.upgrade(config, "head")
    path = make_url(database_settings.url).database or ""
    write(database_settings, insert(User).values(USER), insert(AuthSession).values(SESSION))
    add_own_revision(config, Path(path).parent)
    command.upgrade(config, "head")
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def write(database_settings: DatabaseSettings, *statements: Insert) -> None:
    """Write through the models, which give your own columns their defaults."""
    url = make_url(database_settings.url).set(drivername="sqlite")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def add_own_revision(config: Config, folder: Path) -> None:
    script = ScriptDirectory.from_config(config)
    text = OWN_REVISION.format(revision=OWN, parent=script.get_current_head())
    (folder / f"{OWN}_nickname.py").write_text(text)
    config.set_main_option("version_locations", f"{script.versions}{pathsep}{folder}")


def test_users_stay(connection: Connection) -> None:
    users = connection.execute("SELECT id, username, nickname FROM users").fetchall()

    assert users == [(7, "ann", None)]


def test_sessions_stay(connection: Connection) -> None:
    """Dropping the old table must not sign everybody out."""
    sessions = connection.execute("SELECT id, user_id FROM auth_session").fetchall()

    assert sessions == [("0", 7)]


def test_ids_are_never_given_again(
    database_settings: DatabaseSettings,
    connection: Connection,
) -> None:
    connection.execute("DELETE FROM users")
    connection.commit()
    write(database_settings, insert(User).values(USER | {"id": None}))

    [user] = connection.execute("SELECT id FROM users").fetchall()
    assert user > (7,)
