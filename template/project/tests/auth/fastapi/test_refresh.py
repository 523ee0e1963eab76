# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Refresh tokens rotate. Each can be used once, and reuse ends the session."""

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import MovableClock
from tests.serving import race
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credential,
    log_in,
    refresh,
    rotate,
    rows_of,
    tokens_of,
    with_settings,
)


async def test_new_access_token_is_accepted(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    refreshed = await refresh(client, tokens.refresh)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens_of(refreshed).access))

    assert (response.status_code, response.json()["email"]) == (200, user.email)


async def test_every_rotation_gives_another_token(client: AsyncClient, user: Account) -> None:
    """Even within the same second (SEC-48, SEC-52)."""
    tokens = await log_in(client, user)
    chain = [tokens.refresh]

    for _ in range(5):
        successor = await rotate(client, chain[-1])
        chain.append(successor)

    assert len(set(chain)) == 6


@pytest.mark.parametrize("generation", [0, 1, 2, 3])
async def test_superseded_token_ends_the_session(
    client: AsyncClient,
    user: Account,
    generation: int,
) -> None:
    """After a replay, every token of the session is invalid, also the newest (SEC-49, SEC-54)."""
    tokens = await log_in(client, user)
    chain = [tokens.refresh]
    for _ in range(5):
        successor = await rotate(client, chain[-1])
        chain.append(successor)

    replay = await refresh(client, chain[generation])
    newest = await refresh(client, chain[-1])
    me = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert [code_of(r) for r in (replay, newest, me)] == [(401, "session_ended")] * 3
    assert replay.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_predecessor_gets_the_same_successor_during_the_grace(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    """A lost response or a second tab does not sign the user out."""
    tokens = await log_in(client, user)
    successor = await rotate(client, tokens.refresh)
    clock.move(seconds=29)

    again = await rotate(client, tokens.refresh)

    assert again == successor


async def test_predecessor_is_reuse_after_the_grace(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    successor = await rotate(client, tokens.refresh)
    clock.move(seconds=30)

    replay = await refresh(client, tokens.refresh)
    newest = await refresh(client, successor)

    assert [code_of(replay), code_of(newest)] == [(401, "session_ended")] * 2


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_the_predecessor_is_reuse_at_once(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    successor = await rotate(client, tokens.refresh)

    replay = await refresh(client, tokens.refresh)
    newest = await refresh(client, successor)

    assert [code_of(replay), code_of(newest)] == [(401, "session_ended")] * 2


async def test_racing_refreshes_get_one_successor(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """The session advances once, and all callers get the same token (SEC-50)."""
    tokens = await log_in(client, user)

    async def refresh_once(_: int) -> Response:
        return await refresh(client, tokens.refresh)

    responses = await race(20, refresh_once)

    [session] = await rows_of(database, AuthSession)
    assert len({tokens_of(response).refresh for response in responses}) == 1
    assert (session.generation, session.revoked_at) == (2, None)


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_one_racer_wins(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    async def refresh_once(_: int) -> Response:
        return await refresh(client, tokens.refresh)

    responses = await race(20, refresh_once)

    statuses = [response.status_code for response in responses]
    assert statuses.count(401) == 19
    assert [response.is_success for response in responses].count(True) == 1


# {% endcall %}
