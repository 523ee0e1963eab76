# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The connections of one application, and the session of a request."""

from collections.abc import AsyncGenerator

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.auth.ext.faults import translated_errors
from app.database_profile import create_reader, create_writer
from app.database_settings import DatabaseSettings


class Database:
    """Sessions for transactions, and a reader in autocommit for single statements."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.reader = create_reader(settings)
        # {% if database == "sqlite" %}
        self.writer = create_writer(settings, if_read_only=self.reader.sync_engine.dispose)
        # {% else %}
        #| self.writer = create_writer(settings)
        # {% endif %}
        self.session = async_sessionmaker(self.writer, expire_on_commit=False)

    async def check(self) -> None:
        """Raise StorageUnavailable unless the database answers."""
        with translated_errors():
            async with self.reader.connect() as connection:
                await connection.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        """Close the connections that are not in use."""
        await self.writer.dispose()
        await self.reader.dispose()


async def get_session(request: Request) -> AsyncGenerator[AsyncSession]:
    """Open a session for a request: commit in the route, what is not committed is rolled back.

    Depend on it with `scope="function"`, as SessionDep does: otherwise FastAPI would end the
    session after the response, and a failure there would come too late to be told.
    """
    database: Database = request.app.state.database
    with translated_errors():
        async with database.session() as session:
            yield session


# {% endcall %}
