"""How PostgreSQL is used: READ COMMITTED, a fixed number of connections, bounded waits."""

from typing import Any

# {% if concurrency == "async" %}
from sqlalchemy import NullPool, event
# {% else %}
from sqlalchemy import NullPool
# {% endif %}
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database_ping import ping_idle_connections
from app.database_settings import DatabaseSettings

# Seconds that a connection, a lock or a statement may take. Longer is an outage, and a 503.
PATIENCE = 5
# {% if concurrency == "async" %}
LOCK_TIMEOUT = {"lock_timeout": f"{PATIENCE}s"}
TIMEOUTS = {**LOCK_TIMEOUT, "statement_timeout": f"{PATIENCE}s"}
MIGRATION_ARGUMENTS = {"timeout": PATIENCE, "server_settings": LOCK_TIMEOUT}
ARGUMENTS = {"timeout": PATIENCE, "command_timeout": 2 * PATIENCE, "server_settings": TIMEOUTS}
# {% else %}
LOCK_TIMEOUT = f"-c lock_timeout={PATIENCE}s"
TIMEOUTS = f"{LOCK_TIMEOUT} -c statement_timeout={PATIENCE}s"
MIGRATION_ARGUMENTS = {"connect_timeout": PATIENCE, "options": LOCK_TIMEOUT}
ARGUMENTS = {"connect_timeout": PATIENCE, "options": TIMEOUTS}
# {% endif %}


def create_writer(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for transactions; a connection that a restart cut is replaced unseen."""
    engine = _create(
        database,
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        connect_args=ARGUMENTS,
    )
    ping_idle_connections(engine.sync_engine)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit: no BEGIN, no ROLLBACK, no ping."""
    return _create(
        database,
        isolation_level="AUTOCOMMIT",
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_reset_on_return=None,
        connect_args=ARGUMENTS,
    )


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations: they may take long, but not wait long for a lock."""
    return _create(database, poolclass=NullPool, connect_args=MIGRATION_ARGUMENTS)


def _create(database: DatabaseSettings, **options: Any) -> AsyncEngine:
    # {% if concurrency == "async" %}
    engine = create_async_engine(database.url, hide_parameters=True, **options)
    event.listen(engine.sync_engine, "do_connect", _connect)
    return engine


def _connect(dialect: Any, _record: Any, args: Any, kwargs: Any) -> Any:
    # Other drivers report a server that is away as their own error; asyncpg leaves the system's.
    try:
        return dialect.connect(*args, **kwargs)
    except OSError as error:
        raise dialect.loaded_dbapi.OperationalError(str(error)) from error
    # {% else %}
    return create_async_engine(database.url, hide_parameters=True, **options)
    # {% endif %}
