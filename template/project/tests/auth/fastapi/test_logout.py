# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A logout ends one session on the server and never fails."""

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
    log_out,
    refresh,
    rows_of,
    tampered,
    tokens_of,
)


async def test_token_is_refused_on_the_next_request(client: AsyncClient, user: Account) -> None:
    """Its signature is still valid, but its session has ended (SEC-40)."""
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    assert code_of(response) == (401, "session_ended")


async def test_refresh_token_of_the_session_is_refused_too(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await refresh(client, tokens.refresh)
    assert code_of(response) == (401, "session_ended")


async def test_second_logout_succeeds(
    client: AsyncClient,
    clock: MovableClock,
    database: Database,
    user: Account,
) -> None:
    """Only the first logout changes the session (SEC-58)."""
    tokens = await log_in(client, user)
    await log_out(client, tokens.access)
    [once] = await rows_of(database, AuthSession)
    clock.move(minutes=1)

    await log_out(client, tokens.access)

    [twice] = await rows_of(database, AuthSession)
    assert (twice.revoked_at, twice.revoked_reason) == (once.revoked_at, "logout")


async def test_logout_without_a_token_succeeds(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/logout")

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

    response = await client.post(f"{AUTH}/logout", headers=headers)

    me = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    assert (response.status_code, code_of(me)) == (204, (401, "session_ended"))


async def test_other_sessions_stay_live(client: AsyncClient, user: Account) -> None:
    elsewhere = await log_in(client, user)
    tokens = await log_in(client, user)

    await log_out(client, tokens.access)

    response = await client.get(f"{AUTH}/me", headers=credential(elsewhere.access))
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

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    assert response.status_code == 200


async def test_refresh_that_races_a_logout_leaves_no_live_token(
    client: AsyncClient,
    user: Account,
) -> None:
    """The order does not matter (SEC-53)."""
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


# {% if transport != "cookie" %}
async def test_refresh_token_in_the_body_logs_out(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.post(f"{AUTH}/logout", json={"refresh_token": tokens.refresh})

    me = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    assert (response.status_code, code_of(me)) == (204, (401, "session_ended"))


async def test_sessions_of_header_and_body_both_end(client: AsyncClient, user: Account) -> None:
    one = await log_in(client, user)
    other = await log_in(client, user)

    body = {"refresh_token": other.refresh}
    await client.post(f"{AUTH}/logout", json=body, headers=credential(one.access))

    responses = [
        await client.get(f"{AUTH}/me", headers=credential(tokens.access)) for tokens in (one, other)
    ]
    assert [code_of(response) for response in responses] == [(401, "session_ended")] * 2


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"refresh_token": null}'])
async def test_body_without_a_token_is_fine(client: AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    response = await client.post(f"{AUTH}/logout", content=body, headers=headers)

    assert response.status_code == 204


# {% endif %}
def successor_in(response: Response) -> str | None:
    return tokens_of(response).refresh if response.is_success else None


# {% endcall %}
