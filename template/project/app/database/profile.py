# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""Settings for SQLite: one writer at a time, concurrent readers, durable commits."""

import sqlite3
from typing import Any
from weakref import WeakSet

from sqlalchemy import NullPool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database.settings import DatabaseSettings
from app.database.url import read_url

# How long a writer waits for its turn in this process, and each attempt of a transaction for
# another process. There are four attempts, so a response comes within ten seconds.
TURN_TIMEOUT = 5  # seconds
BUSY_TIMEOUT = 1200  # milliseconds
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def create_writer(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for transactions.

    Its pool has one connection: writers of this process take turns, in order, and do not collide
    in the file.
    """
    url, _ = read_url(database.url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        connect_args={"factory": _Connection},
        pool_size=1,
        max_overflow=0,
        pool_timeout=TURN_TIMEOUT,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit. They never wait for the writer."""
    url, _ = read_url(database.url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=TURN_TIMEOUT,
        pool_reset_on_return=None,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations, without foreign keys.

    To alter a table, SQLite copies it and drops the old one, which would delete the rows that
    refer to it by cascade. The caller runs `PRAGMA foreign_key_check` before it commits.
    """
    url, _ = read_url(database.url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"timeout": TURN_TIMEOUT},
    )
    event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


class _Connection(sqlite3.Connection):
    """Closes its cursors when it closes.

    A cursor that a traceback still refers to would keep the files open as read-only.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        for cursor in self._cursors:
            cursor.close()
        super().close()


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and breaks savepoints; _begin_immediate replaces it.
    connection.isolation_level = None


def _prepare(connection: Any, record: Any) -> None:
    _leave_transactions_to_us(connection, record)
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # Take the write lock at once: a read that becomes a write later fails without waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# {% else %}
# {% include "template/includes/profile_" ~ database ~ ".py" %}
# {% endif %}
# {% endcall %}
