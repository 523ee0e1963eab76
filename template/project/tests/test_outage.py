# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A database outage does not sign users out (SEC-82)."""

import threading
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import (
    # {% if database != "sqlite" %}
    #| event,
    # {% endif %}
    make_url,
)

from app.auth.hashing import PasswordContext
from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import (
    AUTH,
    Account,
    account_named,
    code_of,
    credential,
    log_in,
    refresh,
    registration,
)

LONGEST_WAIT = 5  # seconds
# {% if database == "sqlite" %}
NOWHERE: dict[str, Any] = {"database": "/no/such/folder/app.db"}
READ_ONLY = "PRAGMA query_only = ON"
# {% elif database == "postgresql" %}
#| NOWHERE: dict[str, Any] = {"host": "127.0.0.1", "port": 9}
#| READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
# {% else %}
#| NOWHERE: dict[str, Any] = {"host": "127.0.0.1", "port": 9}
#| READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
# {% endif %}


@pytest.fixture(scope="module", autouse=True)
async def threads_end_here() -> AsyncGenerator[None]:
    """Wait for the driver's threads, which report failed connections with a delay."""
    yield
    for thread in threading.enumerate():
        if thread.daemon:
            thread.join(LONGEST_WAIT)


@pytest.fixture
async def stranded(
    settings: Settings,
    clock: MovableClock,
    password_context: PasswordContext,
) -> AsyncGenerator[AsyncClient]:
    """A client of an application whose database is not reachable."""
    url = make_url(settings.database.url).set(**NOWHERE)
    away = settings.database.model_copy(
        update={"url": url.render_as_string(hide_password=False)},
    )
    lost = settings.model_copy(update={"database": away})
    app = create_app(lost, clock=clock, password_context=password_context)
    async with serve(app) as client:
        yield client


def refusal(response: Response) -> tuple[int, str, str]:
    """Return the status, the error code and the seconds to wait."""
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers  # no credential is set or cleared
    # {% endif %}
    return *code_of(response), response.headers["Retry-After"]


async def test_process_is_not_ready_without_its_database(stranded: AsyncClient) -> None:
    response = await stranded.get("/ready")

    assert refusal(response) == (503, "unavailable", "1")


async def test_outage_does_not_sign_users_out(
    client: AsyncClient,
    stranded: AsyncClient,
    user: Account,
) -> None:
    """A client that gets a 401 discards its tokens, so the status must be another one."""
    tokens = await log_in(client, user)

    responses = [
        await stranded.get(f"{AUTH}/me", headers=credential(tokens.access)),
        await stranded.get(f"{AUTH}/sessions", headers=credential(tokens.access)),
        await refresh(stranded, tokens.refresh),
    ]

    assert [refusal(response) for response in responses] == [(503, "unavailable", "1")] * 3


async def test_registration_fails_during_an_outage(stranded: AsyncClient) -> None:
    response = await stranded.post(f"{AUTH}/register", json=registration(Account()))

    assert refusal(response) == (503, "unavailable", "1")


async def test_connections_to_a_read_only_database_are_replaced(
    client: AsyncClient,
    database: Database,
) -> None:
    """After a failover, the old server may stay up, but takes no changes."""
    async with database.writer.connect() as connection:
        await connection.exec_driver_sql(READ_ONLY)
        await connection.commit()
    reading = database.reader.pool

    responses = [
        await client.post(f"{AUTH}/register", json=registration(account_named(name)))
        for name in ("ann", "bob")
    ]

    assert responses[0].status_code in {201, 503}
    assert responses[1].status_code == 201
    assert database.reader.pool is not reading  # nor does it read what is outdated there


# {% if database != "sqlite" %}
# {% include "template/includes/test_only_reads.py" %}
# {% endif %}
async def test_process_is_alive_without_its_database(stranded: AsyncClient) -> None:
    response = await stranded.get("/health")

    assert response.status_code == 200


# {% endcall %}
