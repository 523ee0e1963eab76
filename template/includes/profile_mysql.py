"""Engines for MySQL and MariaDB: READ COMMITTED, a fixed number of connections, bounded waits."""

from typing import Any

from sqlalchemy import NullPool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database.ping import ping_idle_connections
from app.database.settings import DatabaseSettings
from app.database.url import read_url

# Seconds to wait for a connection or a lock. A statement may take twice as long.
PATIENCE = 5
# Seconds until a connection is replaced. The server closes idle ones after 8 hours.
RECYCLE = 3600
ARGUMENTS: dict[str, Any] = {
    "connect_timeout": PATIENCE,
    "read_timeout": 2 * PATIENCE,
    "init_command": f"SET SESSION innodb_lock_wait_timeout = {PATIENCE}",
}


def create_writer(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for transactions. It replaces connections that a restart has closed.

    READ COMMITTED locks the rows that a statement changes but not the gaps between them, so that
    concurrent registrations do not deadlock.
    """
    url, given = read_url(database.url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_recycle=RECYCLE,
        connect_args=given | ARGUMENTS,
    )
    ping_idle_connections(engine.sync_engine)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit mode: no ROLLBACK, no ping."""
    url, given = read_url(database.url)
    return create_async_engine(
        url,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_recycle=RECYCLE,
        pool_reset_on_return=None,
        connect_args=given | ARGUMENTS,
    )


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations. It has timeouts for connections and locks only."""
    url, given = read_url(database.url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args=given | ARGUMENTS,
    )
    event.listen(engine.sync_engine, "connect", _wait_for_statements)
    return engine


def _wait_for_statements(connection: Any, _record: Any) -> None:
    # Only the handshake keeps the timeout. The driver has no separate setting for it.
    # {% if concurrency == "async" %}
    connection.driver_connection._read_timeout = None
    # {% else %}
    connection._read_timeout = None
    # {% endif %}
