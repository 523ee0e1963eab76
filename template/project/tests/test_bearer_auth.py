# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The client in `clients/python` refreshes once, and stops when its session has ended."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from clients.python.bearer_auth import BearerAuth, Tokens
from tests.conftest import MovableClock
from tests.serving import BASE_URL, race
from tests.steps import AUTH, Account, code_of, log_in, log_out, rows_of, with_settings

CALLERS = 8


@pytest.fixture
def saved() -> list[Tokens | None]:
    """What the client has told its owner."""
    return []


@pytest.fixture
async def access_token(client: AsyncClient, user: Account, saved: list[Tokens | None]) -> str:
    """The access token of a session that the client uses from now on."""
    tokens = await log_in(client, user)
    signed_in = Tokens(access_token=tokens.access, refresh_token=tokens.refresh)
    client.auth = BearerAuth(f"{BASE_URL}{AUTH}/refresh", signed_in, saved.append)
    return tokens.access


async def generations(database: Database) -> list[int]:
    sessions = await rows_of(database, AuthSession)
    return [session.generation for session in sessions]


@pytest.mark.usefixtures("access_token")
async def test_concurrent_requests_refresh_once(
    client: AsyncClient,
    clock: MovableClock,
    database: Database,
    saved: list[Tokens | None],
) -> None:
    before = await generations(database)
    clock.move(minutes=16)

    async def call(_: int) -> Any:
        return await client.get(f"{AUTH}/me")

    responses = await race(CALLERS, call)

    assert [response.status_code for response in responses] == [200] * CALLERS
    assert await generations(database) == [before[0] + 1]
    assert len(saved) == 1


async def test_end_of_the_session_is_told_once(
    client: AsyncClient,
    access_token: str,
    saved: list[Tokens | None],
) -> None:
    await log_out(client, access_token)

    responses = [await client.get(f"{AUTH}/me") for _ in range(2)]

    assert [code_of(response) for response in responses] == [
        (401, "session_ended"),
        (401, "not_authenticated"),
    ]
    assert saved == [None]


@with_settings(limit_refresh="1/hour")
@pytest.mark.usefixtures("access_token")
async def test_refusal_for_now_keeps_the_tokens(
    client: AsyncClient,
    clock: MovableClock,
    saved: list[Tokens | None],
) -> None:
    clock.move(minutes=16)
    refreshed = await client.get(f"{AUTH}/me")
    clock.move(minutes=16)

    response = await client.get(f"{AUTH}/me")

    assert refreshed.status_code == 200
    assert code_of(response) == (429, "too_many_requests")
    assert len(saved) == 1


@pytest.mark.usefixtures("access_token")
async def test_another_origin_gets_no_token(client: AsyncClient) -> None:
    response = await client.get(f"https://other.example{AUTH}/me")

    assert code_of(response) == (401, "not_authenticated")


# {% endcall %}
