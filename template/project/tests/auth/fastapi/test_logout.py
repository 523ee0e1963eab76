# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Logging out ends one session on the server, and never fails."""

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import Account, MovableClock
from tests.serving import race
from tests.steps import (
    code_of,
    credential,
    log_in,
    log_out,
    refresh,
    rows_of,
    tampered,
    tokens_of,
)


async def test_token_is_refused_on_the_next_request(client: AsyncClient, user: Account) -> None:
    """Its signature is still good, its session is not (SEC-40)."""
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await client.get("/auth/me", headers=credential(tokens.access))
    assert code_of(response) == (401, "session_ended")


async def test_refresh_token_of_the_session_is_refused_too(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await refresh(client, tokens.refresh)
    assert code_of(response) == (401, "session_ended")


async def test_logging_out_twice_is_fine(
    client: AsyncClient,
    clock: MovableClock,
    database: Database,
    user: Account,
) -> None:
    """The first time is the one that counts (SEC-58)."""
    tokens = await log_in(client, user)
    await log_out(client, tokens.access)
    [once] = await rows_of(database, AuthSession)
    clock.move(minutes=1)

    await log_out(client, tokens.access)

    [twice] = await rows_of(database, AuthSession)
    assert (twice.revoked_at, twice.revoked_reason) == (once.revoked_at, "logout")


async def test_nobody_can_log_out(client: AsyncClient) -> None:
    response = await client.post("/auth/logout")

    assert (response.status_code, response.content) == (204, b"")


async def test_expired_access_token_logs_out(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    clock.move(days=6)

    await log_out(client, tokens.access)

    response = await refresh(client, tokens.refresh)
    assert code_of(response) == (401, "session_ended")


async def test_refresh_token_logs_out(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": f"__Host-refresh_token={tokens.refresh}"}
    # {% else %}
    headers = {"Authorization": f"Bearer {tokens.refresh}"}
    # {% endif %}

    response = await client.post("/auth/logout", headers=headers)

    me = await client.get("/auth/me", headers=credential(tokens.access))
    assert (response.status_code, code_of(me)) == (204, (401, "session_ended"))


async def test_other_sessions_go_on(client: AsyncClient, user: Account) -> None:
    elsewhere = await log_in(client, user)
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await client.get("/auth/me", headers=credential(elsewhere.access))
    assert response.status_code == 200


@pytest.mark.parametrize("change", ["tampered", "garbage", "cut"])
async def test_unusable_token_ends_nothing(
    client: AsyncClient,
    user: Account,
    change: str,
) -> None:
    tokens = await log_in(client, user)
    unusable = {
        "tampered": tampered(tokens.access),
        "garbage": "garbage",
        "cut": tokens.access.rpartition(".")[0],
    }

    await log_out(client, unusable[change])

    response = await client.get("/auth/me", headers=credential(tokens.access))
    assert response.status_code == 200


async def test_refresh_that_races_a_logout_leaves_no_live_token(
    client: AsyncClient,
    user: Account,
) -> None:
    """Whichever comes first (SEC-53)."""
    tokens = await log_in(client, user)

    async def act(number: int) -> str:
        if number == 3:
            await log_out(client, tokens.access)
            return tokens.refresh
        response = await refresh(client, tokens.refresh)
        return successor_in(response) or tokens.refresh

    issued = await race(8, act)

    responses = [await refresh(client, token) for token in issued]
    assert {code_of(response) for response in responses} == {(401, "session_ended")}


def successor_in(response: Response) -> str | None:
    return tokens_of(response).refresh if response.is_success else None


# {% endcall %}
