"""The test database, on the server of TEST_DATABASE_URL."""

import asyncio
import os

import pytest
from sqlalchemy import NullPool, exc, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.database.url import read_url
from app.settings import load_settings


@pytest.fixture(scope="session")
def database_url() -> str:
    """The URL of the test database, which is created if it does not exist.

    The default is the URL of the development database with the suffix `_test`. Each test
    process has its own database, with the number of the process as another suffix.
    """
    url = os.environ.get("TEST_DATABASE_URL") or _with_suffix(load_settings().database.url, "test")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    url = _with_suffix(url, worker) if worker else url
    try:
        asyncio.run(_create(url))
    except (OSError, exc.DBAPIError) as error:
        reason, *_ = str(getattr(error, "orig", error)).splitlines()
        message = f"No database for the tests: {reason}. Start a server or set TEST_DATABASE_URL."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each reason for skipped tests once."""
    skipped = terminalreporter.getreports("skipped")
    for reason in sorted({str(report.longrepr[2]) for report in skipped}):
        terminalreporter.write_line(reason, yellow=True)


def _with_suffix(database_url: str, suffix: str) -> str:
    url = make_url(database_url)
    return url.set(database=f"{url.database}_{suffix}").render_as_string(hide_password=False)


async def _create(database_url: str) -> None:
    url, arguments = read_url(database_url)
    # {% if database == "postgresql" %}
    server = url.set(database="postgres")
    # {% else %}
    server = url._replace(database=None)
    # {% endif %}
    engine = create_async_engine(
        server,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args=arguments,
    )
    name = engine.dialect.identifier_preparer.quote(url.database or "")
    async with engine.connect() as connection:
        # {% if database == "postgresql" %}
        same_name = text("SELECT 1 FROM pg_database WHERE datname = :name")
        exists = await connection.scalar(same_name, {"name": url.database})
        if not exists:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        # Commits do not wait for the disk, because test data may be lost.
        await connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))
        # {% else %}
        await connection.execute(text(f"CREATE DATABASE IF NOT EXISTS {name}"))
        # {% endif %}
    await engine.dispose()
