# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The connections of one application, and the session of a request."""

import os
from collections.abc import AsyncGenerator
from typing import Any

from fastapi.requests import HTTPConnection
from sqlalchemy import (
    ExceptionContext,
    PoolResetState,
    Table,
    # {% if database != "sqlite" %}
    #| delete,
    # {% endif %}
    event,
    false,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.auth.ext.database_errors import is_read_only, translated_errors, unavailable
from app.database.profile import create_reader, create_writer
from app.database.settings import DatabaseSettings
from app.database.uncommitted import UncommittedChanges


class Database:
    """Sessions for transactions, and a reader in autocommit for single statements.

    Nothing connects before the first statement. After `dispose` it connects again.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.reader = create_reader(settings)
        self.writer = create_writer(settings)
        event.listen(self.writer.sync_engine, "handle_error", self._leave_read_only)
        event.listen(self.writer.sync_engine, "reset", _roll_back_failed_commit)
        # A closed session stays closed: code that outlives its request gets an error.
        self.session = async_sessionmaker(
            self.writer,
            expire_on_commit=False,
            close_resets_only=False,
        )
        self.warns_of_lost_changes = False
        self._process = os.getpid()

    def start(self) -> None:
        """Leave connections that were opened before a fork to the parent process."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self.writer.sync_engine.dispose(close=False)
            self.reader.sync_engine.dispose(close=False)

    def _leave_read_only(self, context: ExceptionContext) -> None:
        # {% if database == "sqlite" %}
        # SQLite opens a file without write permission as read-only for all connections of a
        # process, until the last one is closed. Reconnect, so that writes work again once they
        # are permitted again.
        # {% else %}
        #| # Another server may have taken over. Reconnect, so that writes work again, and so that
        #| # sessions that were ended there are not read as live here.
        # {% endif %}
        if is_read_only(context.original_exception):
            context.is_disconnect = True
            self.reader.sync_engine.dispose()

    async def check(self, *tables: Table) -> None:
        # {% if database == "sqlite" %}
        """Raise StorageUnavailable unless the database answers and has these tables."""
        # {% else %}
        #| """Raise StorageUnavailable unless the database has these tables and takes changes."""
        # {% endif %}
        with translated_errors():
            try:
                await self._use(tables)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise unavailable(error) from error
            else:
                return
            try:  # a restart or a change of a table has cut a pooled connection
                await self._use(tables)
            except DBAPIError as error:
                raise unavailable(error) from error

    async def _use(self, tables: tuple[Table, ...]) -> None:
        async with self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))
            for table in tables:
                await connection.execute(select(table).where(false()))
        # {% if database != "sqlite" %}
        #| async with self.writer.begin() as connection:
        #|     await connection.execute(text("SELECT 1"))
        #|     for table in tables[:1]:  # a database that is read-only refuses this too
        #|         await connection.execute(delete(table).where(false()))
        # {% if database == "postgresql" %}
        #|     # With this, the commit waits for a standby as that of a change does.
        #|     await connection.execute(text("SELECT pg_logical_emit_message(true, 'ready', '')"))
        # {% endif %}
        # {% endif %}

    async def dispose(self) -> None:
        """Close the connections that are not in use."""
        await self.writer.dispose()
        await self.reader.dispose()


def _roll_back_failed_commit(connection: Any, _record: Any, state: PoolResetState) -> None:
    # SQLAlchemy treats a transaction as ended when its COMMIT fails. If the database does not,
    # the pooled connection would keep its locks, and the next COMMIT would store its changes.
    # {% if concurrency == "async" %}
    if state.transaction_was_reset and state.asyncio_safe:
        connection.rollback()
    # {% else %}
    #| if state.transaction_was_reset:
    #|     connection.rollback()
    # {% endif %}


async def get_database(connection: HTTPConnection) -> Database:
    """Return the application's database, for code that outlives the request and opens sessions."""
    database: Database = connection.app.state.database
    return database


async def get_session(connection: HTTPConnection) -> AsyncGenerator[AsyncSession]:
    """Open a session for a request. Commit in the route; the rest is rolled back.

    Depend on it with `scope="function"`, as SessionDep does. Otherwise FastAPI would end the
    session after the response, too late to report a failure.
    """
    database: Database = connection.app.state.database
    with translated_errors():
        async with database.session() as session:
            warns = database.warns_of_lost_changes
            changes = UncommittedChanges(session.sync_session) if warns else None
            yield session
            if changes:
                changes.warn(connection)


# {% endcall %}
