# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Components are created when the application starts and closed when it stops."""

import asyncio
import logging
import threading
from typing import Any, cast

import pytest
from fastapi import FastAPI

from app.auth.fastapi.state import NOT_STARTED
from app.auth.hashing import PasswordContext
from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock
from tests.forking import in_fork
from tests.serving import serve
from tests.steps import AUTH, Account, credentials, log_in, register, registration


class FlushedHandler(logging.NullHandler):
    """Records whether it was flushed."""

    flushed = False

    def flush(self) -> None:
        self.flushed = True


async def register_and_log_in(app: FastAPI) -> bool:
    """Return whether the application issues an access token after a start."""
    async with serve(app) as client:
        account = await register(client)
        tokens = await log_in(client, account)
    return bool(tokens.access)


async def test_application_that_starts_again_logs_in(app: FastAPI) -> None:
    async with serve(app) as client:
        account = await register(client)

    async with serve(app) as client:
        tokens = await log_in(client, account)

    assert tokens.access


async def test_each_start_has_its_own_components(app: FastAPI) -> None:
    """Waiting look-ups belong to the event loop of one start."""
    async with serve(app):
        first = app.state.auth.tools
    async with serve(app):
        second = app.state.auth.tools

    assert first.hasher is not second.hasher
    assert first.transactions is not second.transactions


async def test_running_application_survives_a_second_start(app: FastAPI) -> None:
    async with serve(app) as client:
        account = await register(client)

        async with serve(app):
            pass
        tokens = await log_in(client, account)

    assert tokens.access


async def test_applications_side_by_side_share_nothing(
    app: FastAPI,
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
) -> None:
    other = create_app(settings, database=database, clock=clock, password_context=password_context)
    async with serve(app) as client:
        account = await register(client)

        async with serve(other) as other_client:
            others = await log_in(other_client, account)
        tokens = await log_in(client, account)

    assert others.access
    assert tokens.access


async def test_mounted_application_is_started_by_the_outer_one(app: FastAPI) -> None:
    outer = FastAPI(lifespan=cast(Any, lambda _: app.router.lifespan_context(app)))
    outer.mount("/api", app)

    async with serve(outer) as client:
        registered = await client.post(f"/api{AUTH}/register", json=registration(Account()))
        login = await client.post(f"/api{AUTH}/login", json=credentials(Account()))
        ready = await client.get("/api/ready")

    assert (registered.status_code, login.is_success, ready.status_code) == (201, True, 200)


@pytest.mark.parametrize("starts", [0, 1])
async def test_application_that_is_not_started_reports_it(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
    starts: int,
) -> None:
    """Starlette does not start a mounted application."""
    outer = FastAPI()
    outer.mount("/api", app)
    for _ in range(starts):
        async with serve(app):
            pass

    async with serve(outer) as client:
        ready = await client.get("/api/ready")
        login = await client.post(f"/api{AUTH}/login", json=credentials(Account()))

    causes = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert (ready.status_code, login.status_code) == (500, 500)
    assert causes == [NOT_STARTED] * 2


def test_building_an_application_starts_nothing(settings: Settings) -> None:
    database = Database(settings.database)
    threads = set(threading.enumerate())

    create_app(settings, database=database)

    assert set(threading.enumerate()) <= threads  # one that is idle may end meanwhile
    assert "Connections in pool: 0" in database.reader.pool.status()
    assert "Connections in pool: 0" in database.writer.pool.status()


async def test_stop_closes_the_hashing_pool(app: FastAPI) -> None:
    async with serve(app):
        hasher = app.state.auth.tools.hasher

    with pytest.raises(RuntimeError, match="after shutdown"):
        await hasher.hash("password")


async def test_stop_flushes_the_log(app: FastAPI) -> None:
    handler = FlushedHandler()
    logging.getLogger().addHandler(handler)
    async with serve(app):
        before = handler.flushed
    logging.getLogger().removeHandler(handler)

    assert (before, handler.flushed) == (False, True)


async def test_application_that_was_built_before_a_fork_logs_in(app: FastAPI) -> None:
    """`gunicorn --preload` works, even if the parent process used the database."""
    assert in_fork(lambda: asyncio.run(register_and_log_in(app)))


# {% endcall %}
