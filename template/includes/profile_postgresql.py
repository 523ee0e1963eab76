"""Engines for PostgreSQL: READ COMMITTED, a fixed number of connections, bounded waits."""

from typing import Any

# {% if concurrency == "sync" %}
from psycopg.errors import FeatureNotSupported
# {% endif %}
from sqlalchemy import ExceptionContext, NullPool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database.ping import ping_idle_connections
from app.database.settings import DatabaseSettings
from app.database.url import read_url, uses_pooler

# Seconds to wait for a connection, a lock or a statement. Longer requests fail with 503.
PATIENCE = 5
LOCK_TIMEOUT = {"lock_timeout": f"{PATIENCE}s"}
TIMEOUTS = {**LOCK_TIMEOUT, "statement_timeout": f"{PATIENCE}s"}
# {% if concurrency == "async" %}
ARGUMENTS: dict[str, Any] = {"timeout": PATIENCE, "command_timeout": 2 * PATIENCE}
MIGRATION_ARGUMENTS: dict[str, Any] = {"timeout": PATIENCE}
# Behind a pooler, statements have no name, so that they are not looked for later.
UNPREPARED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}
# {% else %}
ARGUMENTS: dict[str, Any] = {"connect_timeout": PATIENCE}
MIGRATION_ARGUMENTS = ARGUMENTS
# Behind a pooler, statements have no name, so that they are not looked for later.
UNPREPARED: dict[str, Any] = {"prepare_threshold": None}
# {% endif %}
# {% if concurrency == "sync" %}
# The function of PostgreSQL that reports "cached plan must not change result type".
REVALIDATE = "RevalidateCachedQuery"
# {% endif %}
AUTOCOMMIT: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}


def create_writer(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for transactions. It replaces connections that a restart has closed."""
    engine = _create(
        database,
        ARGUMENTS,
        TIMEOUTS,
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
    )
    ping_idle_connections(engine.sync_engine)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit mode: no BEGIN, no ROLLBACK, no ping.

    Behind a pooler, a transaction keeps the steps of a statement on one server connection.
    """
    mode = {} if uses_pooler(database.url) else AUTOCOMMIT
    return _create(
        database,
        ARGUMENTS,
        TIMEOUTS,
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        **mode,
    )


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations. It has timeouts for connections and locks only."""
    return _create(database, MIGRATION_ARGUMENTS, LOCK_TIMEOUT, poolclass=NullPool)


def _create(
    database: DatabaseSettings,
    arguments: dict[str, Any],
    timeouts: dict[str, str],
    **options: Any,
) -> AsyncEngine:
    url, given = read_url(database.url)
    pooled = uses_pooler(database.url)
    given |= arguments
    # {% if concurrency == "async" %}
    given |= UNPREPARED if pooled else {"server_settings": timeouts}
    # {% else %}
    if pooled:
        given |= UNPREPARED
    else:
        settings = [f"-c {name}={value}" for name, value in timeouts.items()]
        given["options"] = " ".join([given.get("options", ""), *settings]).strip()
    # {% endif %}
    engine = create_async_engine(url, hide_parameters=True, connect_args=given, **options)
    if pooled:
        _set_in_each_transaction(engine, timeouts)
    event.listen(engine.sync_engine, "handle_error", _reconnect_after_changes)
    # {% if concurrency == "async" %}
    event.listen(engine.sync_engine, "do_connect", _connect)
    # {% endif %}
    return engine


def _reconnect_after_changes(context: ExceptionContext) -> None:
    # A connection keeps prepared statements that no longer fit the tables after a change of a
    # column, and would fail with them for ever. New connections do not have them.
    # {% if concurrency == "async" %}
    error = type(context.original_exception).__name__
    if error == "InvalidCachedStatementError":
        context.is_disconnect = True
    # {% else %}
    error = context.original_exception
    if isinstance(error, FeatureNotSupported) and error.diag.source_function == REVALIDATE:
        context.is_disconnect = True
    # {% endif %}


def _set_in_each_transaction(engine: AsyncEngine, timeouts: dict[str, str]) -> None:
    # A pooler refuses settings at the start of a connection.
    settings = [f"set_config('{name}', '{value}', true)" for name, value in timeouts.items()]

    def set_timeouts(connection: Any) -> None:
        connection.exec_driver_sql(f"SELECT {', '.join(settings)}")

    event.listen(engine.sync_engine, "begin", set_timeouts)
# {% if concurrency == "async" %}


def _connect(dialect: Any, _record: Any, args: Any, kwargs: Any) -> Any:
    # asyncpg raises OSError if the server is unreachable. Other drivers raise their own errors.
    try:
        return dialect.connect(*args, **kwargs)
    except OSError as error:
        raise dialect.loaded_dbapi.OperationalError(str(error)) from error
# {% endif %}
