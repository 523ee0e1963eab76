"""Engines for PostgreSQL: READ COMMITTED, a fixed number of connections, bounded waits."""

from contextlib import suppress
from typing import Any

# {% if concurrency == "sync" %}
from psycopg import Connection, Error
from psycopg.abc import RV, PQGen
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
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
# A server that has vanished is noticed, although libpq itself waits for an answer without end.
MIGRATION_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": PATIENCE,
    "keepalives_idle": PATIENCE,
    "keepalives_interval": 1,
    "keepalives_count": PATIENCE,
}
ARGUMENTS = {**MIGRATION_ARGUMENTS, "tcp_user_timeout": 2 * PATIENCE * 1000}  # milliseconds
# Seconds to wait for an answer, and then for the server to end what nobody waits for any longer.
ANSWER_TIMEOUT = 2 * PATIENCE
CANCEL_TIMEOUT = 1
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
    engine = _create_pool(database)
    ping_idle_connections(engine.sync_engine)
    return engine


def create_reader(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for single reads, in autocommit mode: no BEGIN, no ROLLBACK, no ping.

    Behind a pooler, a transaction keeps the steps of a statement on one server connection.
    """
    mode = {} if uses_pooler(database.url) else AUTOCOMMIT
    return _create_pool(database, **mode)


def create_migrator(database: DatabaseSettings) -> AsyncEngine:
    """Return the engine for migrations. It has timeouts for connections and locks only."""
    return _create(database, MIGRATION_ARGUMENTS, LOCK_TIMEOUT, poolclass=NullPool)


def _create_pool(database: DatabaseSettings, **options: Any) -> AsyncEngine:
    engine = _create(
        database,
        ARGUMENTS,
        TIMEOUTS,
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE,
        **options,
    )
    # {% if concurrency == "sync" %}
    event.listen(engine, "do_connect", _connect)
    # {% endif %}
    return engine


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
    # asyncpg's timeout is for all hosts together, so a silent one would keep it from the next.
    *others, last = _places(kwargs)
    for place in others:
        with suppress(OSError, dialect.loaded_dbapi.Error):
            return dialect.connect(*args, **kwargs | place)
    try:
        return dialect.connect(*args, **kwargs | last)
    except OSError as error:  # other drivers raise their own errors
        raise dialect.loaded_dbapi.OperationalError(str(error)) from error


def _places(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the host and the port of each server in the URL."""
    hosts: Any = arguments.get("host")
    if not isinstance(hosts, list):
        return [{}]
    pairs = zip(hosts, arguments["port"], strict=True)
    return [{"host": host, "port": port} for host, port in pairs]
# {% else %}


class _Connection(Connection[Any]):
    """Gives a statement up after ANSWER_TIMEOUT, with OperationalError. Its result is unknown.

    Neither libpq nor `statement_timeout` bounds the wait for a server that hangs, or for the
    standby of a COMMIT.
    """

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, timeout or ANSWER_TIMEOUT)
        except Error:
            if self._is_waiting():
                with suppress(Error):
                    self.cancel_safe(timeout=CANCEL_TIMEOUT)
                    super().wait(gen, interval, CANCEL_TIMEOUT)
                if self._is_waiting():
                    self.close()
            raise

    def _is_waiting(self) -> bool:
        return self.info.transaction_status == TransactionStatus.ACTIVE


def _connect(_dialect: Any, _record: Any, args: Any, kwargs: Any) -> Any:
    return _Connection.connect(*args, **kwargs)
# {% endif %}
