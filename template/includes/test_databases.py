"""Where the tests keep their data: a database of their own on the server of TEST_DATABASE_URL."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.auth.errors import StorageUnavailable
from app.auth.ext.faults import translated_errors
from app.settings import load_settings


def database_url_for_tests(_: Path) -> str:
    """Return the URL, having created the database if it does not exist.

    Without TEST_DATABASE_URL it is the development database with `_test` behind its name. Each
    process that runs tests has one of its own, with its number behind that.
    """
    url = os.environ.get("TEST_DATABASE_URL") or _beside(load_settings().database.url, "test")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    url = _beside(url, worker) if worker else url
    try:
        with translated_errors():
            asyncio.run(_create(url))
    except StorageUnavailable as error:
        message = f"No server for the tests: {error.__cause__}. Start one or set TEST_DATABASE_URL."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return url


def _beside(database_url: str, suffix: str) -> str:
    url = make_url(database_url)
    return url.set(database=f"{url.database}_{suffix}").render_as_string(hide_password=False)


async def _create(database_url: str) -> None:
    url = make_url(database_url)
    # {% if database == "postgresql" %}
    server = url.set(database="postgres")
    # {% else %}
    server = url._replace(database=None)
    # {% endif %}
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = engine.dialect.identifier_preparer.quote(url.database or "")
    async with engine.connect() as connection:
        # {% if database == "postgresql" %}
        same_name = text("SELECT 1 FROM pg_database WHERE datname = :name")
        exists = await connection.scalar(same_name, {"name": url.database})
        if not exists:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        # {% else %}
        await connection.execute(text(f"CREATE DATABASE IF NOT EXISTS {name}"))
        # {% endif %}
    await engine.dispose()
