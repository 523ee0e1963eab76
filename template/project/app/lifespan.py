# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Startup and shutdown of the application."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import Database
from app.logs import flush_log
from app.settings import Settings


class CannotStart(Exception):
    """The application cannot start, for a reason that its text explains."""


class StartFailures:
    """Reports CannotStart to the server as one line, without a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def report(message: Message) -> None:
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, CannotStart):
                message = {**message, "message": str(error)}
            await send(message)

        await self.app(scope, receive, report if scope["type"] == "lifespan" else send)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.settings
    database: Database = app.state.database
    database.start()
    database.warns_of_lost_changes = settings.environment == "development"
    if settings.environment == "development":
        # Alembic is not loaded in production.
        from alembic.util import CommandError

        from app.development import warn_of_missing_revision
        from app.migrate import upgrade

        try:
            await to_thread.run_sync(upgrade, settings.database)
        except CommandError as error:
            raise CannotStart(str(error)) from None
        await to_thread.run_sync(warn_of_missing_revision, settings.database)
    # {% if concurrency == "sync" %}
    #| # A login that waits for the hashing pool blocks a worker thread. Add one for each place
    #| # in the pool, so that other routes still get a thread.
    #| threads = to_thread.current_default_thread_limiter()
    #| threads.total_tokens += settings.auth.hash_workers + settings.auth.hash_queue
    # {% endif %}
    try:
        yield
    finally:
        # {% if concurrency == "async" %}
        await database.dispose()
        # {% else %}
        #| database.dispose()
        # {% endif %}
        flush_log()


# {% endcall %}
