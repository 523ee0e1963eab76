"""Databases for the renders: a file for SQLite, otherwise a new database on a real server."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import psycopg
import pymysql
import pytest

from support.matrix import Cell

DIALECTS = {
    ("async", "sqlite"): "sqlite+aiosqlite",
    ("sync", "sqlite"): "sqlite",
    ("async", "postgresql"): "postgresql+asyncpg",
    ("sync", "postgresql"): "postgresql+psycopg",
    ("async", "mysql"): "mysql+asyncmy",
    ("sync", "mysql"): "mysql+pymysql",
}
SERVERS = {
    "postgresql": os.environ.get("TEST_POSTGRESQL_SERVER", "postgres@127.0.0.1:5432"),
    "mysql": os.environ.get("TEST_MYSQL_SERVER", "root@127.0.0.1:3306"),
}


@contextmanager
def temporary(cell: Cell, folder: Path) -> Iterator[str]:
    """Create an empty database for a cell, yield its URL, and drop it."""
    name = f"auth_kit_{secrets.token_hex(6)}"
    if cell.database == "sqlite":
        yield f"{dialect(cell)}:///{folder / name}.db"
        return
    require(cell.database)
    administer(cell.database, f"CREATE DATABASE {name}")
    if cell.database == "postgresql":
        # Commits do not wait for the disk, because test data may be lost.
        administer(cell.database, f"ALTER DATABASE {name} SET synchronous_commit TO off")
    try:
        charset = "?charset=utf8mb4" if cell.database == "mysql" else ""
        yield f"{dialect(cell)}://{SERVERS[cell.database]}/{name}{charset}"
    finally:
        administer(cell.database, f"DROP DATABASE {name}{force(cell.database)}")


def dialect(cell: Cell) -> str:
    """Return the database and driver, as in the URL of the render."""
    return DIALECTS[cell.concurrency, cell.database]


def force(database: str) -> str:
    return " WITH (FORCE)" if database == "postgresql" else ""


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Read directly from the database of a render."""
    parts = urlsplit(url)
    with closing(connect(parts)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def rename_table(url: str, name: str) -> None:
    """Take a table away from an application that runs."""
    parts = urlsplit(url)
    file = parts.path.removeprefix("/")
    is_file = parts.scheme.startswith("sqlite")
    with closing(sqlite3.connect(file) if is_file else connect(parts)) as connection:
        connection.execute(f"ALTER TABLE {name} RENAME TO away")


def require(database: str) -> None:
    """Skip the test if the server is not reachable. On CI, fail it."""
    try:
        administer(database, "SELECT 1")
    except (psycopg.OperationalError, pymysql.err.OperationalError) as error:
        reason = f"no {database} server at {SERVERS[database]}: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def administer(database: str, statement: str) -> None:
    name = "postgres" if database == "postgresql" else ""
    url = urlsplit(f"{database}://{SERVERS[database]}/{name}")
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)


def connect(url: SplitResult) -> Any:
    """Connect with a synchronous driver, even if the URL names another one."""
    name = url.path.removeprefix("/")
    if url.scheme.startswith("sqlite"):
        return sqlite3.connect(f"file:{name}?mode=ro", uri=True)
    address: dict[str, Any] = {"host": url.hostname, "port": url.port, "user": url.username}
    if url.scheme.startswith("postgresql"):
        return psycopg.connect(**address, password=url.password, dbname=name, autocommit=True)
    return pymysql.connect(**address, password=url.password or "", database=name or None)
