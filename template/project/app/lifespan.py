# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What happens when the application starts and stops."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI

from app.database import Database
from app.settings import Settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.settings
    database: Database = app.state.database
    if settings.environment == "development":
        from app.migrate import upgrade  # Alembic is not needed, nor loaded, in production

        await to_thread.run_sync(upgrade, settings.database)
    # {% if concurrency == "sync" %}
    #| # Whoever waits for a place in the hashing pool holds one of the threads that run routes;
    #| # as many more are added, so that other routes always have theirs.
    #| threads = to_thread.current_default_thread_limiter()
    #| threads.total_tokens += settings.auth.hash_workers + settings.auth.hash_queue
    # {% endif %}
    yield
    # {% if concurrency == "async" %}
    await database.dispose()
    # {% else %}
    #| database.dispose()
    # {% endif %}


# {% endcall %}
