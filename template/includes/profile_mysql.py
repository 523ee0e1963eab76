"""How MySQL and MariaDB are used: READ COMMITTED, a fixed number of connections, bounded waits."""

from typing import Any

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database_ping import ping_idle_connections
from app.database_settings import DatabaseSettings

# Seconds that a connection, a lock or a statement may take. Longer is an outage, and a 503.
PATIENCE = 5
# Connections are renewed before the server closes them: its wait_timeout is 8 hours.
RECYCLE = 3600
MIGRATION_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": PATIENCE,
    "init_command": f"SET SESSION innodb_lock_wait_timeout = {PATIENCE}",
}
ARGUMENTS: dict[str, Any] = {**MIGRATION_ARGUMENTS, "read_timeout": 2 * PATIENCE}


def create_writer(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for transactions; a connection that a restart cut is replaced unseen.

    READ COMMITTED locks the rows that a statement changes and not the gaps beside them, so that
    registrations side by side do not end in deadlocks.
    """
    engine = create_async_engine(
        database.url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_recycle=RECYCLE,
        connect_args=ARGUMENTS,
    )
    ping_idle_connections(engine.sync_engine)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit: no ROLLBACK after them, no ping."""
    return create_async_engine(
        database.url,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_recycle=RECYCLE,
        pool_reset_on_return=None,
        connect_args=ARGUMENTS,
    )


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations, which may take as long as they need."""
    return create_async_engine(
        database.url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args=MIGRATION_ARGUMENTS,
    )
