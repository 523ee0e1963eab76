# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Refresh tokens in cookies are hidden from scripts and cleared only for an ended session."""

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import MovableClock
from tests.serving import race
from tests.steps import AUTH, Account, change_user, code_of, log_in, log_out, rows_of, tampered

ACCESS = "__Host-access_token"
REFRESH = "__Host-refresh_token"


async def refresh_with(client: AsyncClient, token: str) -> Response:
    """Refresh as a browser that has only this refresh cookie."""
    response = await client.post(f"{AUTH}/refresh", headers={"Cookie": f"{REFRESH}={token}"})
    client.cookies.clear()
    return response


def cleared(response: Response) -> set[str]:
    """Return the names of the cookies that the response deletes."""
    sent = response.headers.get_list("Set-Cookie")
    return {cookie.partition("=")[0] for cookie in sent if "Max-Age=0;" in cookie}


async def test_refresh_answers_with_cookies_alone(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await refresh_with(client, tokens.refresh)

    assert (response.status_code, response.content) == (204, b"")
    assert set(response.cookies) == {ACCESS, REFRESH}
    assert response.cookies[REFRESH] != tokens.refresh


async def test_racing_tabs_get_one_successor(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    async def refresh_once(_: int) -> Response:
        headers = {"Cookie": f"{REFRESH}={tokens.refresh}"}
        return await client.post(f"{AUTH}/refresh", headers=headers)

    responses = await race(20, refresh_once)

    [session] = await rows_of(database, AuthSession)
    assert {response.status_code for response in responses} == {204}
    assert len({response.cookies[REFRESH] for response in responses}) == 1
    assert (session.generation, session.revoked_at) == (2, None)


async def test_replay_clears_the_cookies(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    await refresh_with(client, tokens.refresh)
    clock.move(seconds=30)

    response = await refresh_with(client, tokens.refresh)

    assert code_of(response) == (401, "session_ended")
    assert cleared(response) == {ACCESS, REFRESH}


async def test_ended_session_clears_the_cookies(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    await log_out(client, tokens.access)

    response = await refresh_with(client, tokens.refresh)

    assert code_of(response) == (401, "session_ended")
    assert cleared(response) == {ACCESS, REFRESH}


async def test_disabled_user_loses_the_cookies(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    await change_user(database, user, is_active=False)

    response = await refresh_with(client, tokens.refresh)

    assert code_of(response) == (401, "session_ended")
    assert cleared(response) == {ACCESS, REFRESH}


@pytest.mark.parametrize("kind", ["tampered", "access", "garbage", "empty"])
async def test_unusable_cookie_is_refused_and_kept(
    client: AsyncClient,
    user: Account,
    kind: str,
) -> None:
    """Only an ended session may sign a browser out."""
    tokens = await log_in(client, user)
    unusable = {
        "tampered": tampered(tokens.refresh),
        "access": tokens.access,
        "garbage": "garbage",
        "empty": "",
    }

    response = await refresh_with(client, unusable[kind])

    assert code_of(response) == (401, "invalid_token")
    assert "Set-Cookie" not in response.headers


async def test_refresh_without_a_token_is_not_authenticated(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/refresh")

    assert code_of(response) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "Set-Cookie" not in response.headers


async def test_access_cookie_alone_does_not_refresh(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    headers = {"Cookie": f"{ACCESS}={tokens.access}"}
    response = await client.post(f"{AUTH}/refresh", headers=headers)

    assert code_of(response) == (401, "not_authenticated")


# {% if transport == "both" %}
async def test_token_in_the_body_wins(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    in_cookie = await log_in(client, user)
    in_body = await log_in(client, user)
    headers = {"Cookie": f"{REFRESH}={in_cookie.refresh}"}

    response = await client.post(
        f"{AUTH}/refresh",
        json={"refresh_token": in_body.refresh},
        headers=headers,
    )

    sessions = await rows_of(database, AuthSession)
    assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
    assert sorted(session.generation for session in sessions) == [1, 2]
    assert response.json()["refresh_token"] not in (in_cookie.refresh, in_body.refresh)


async def test_cookie_does_not_replace_an_unusable_token_in_the_body(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    headers = {"Cookie": f"{REFRESH}={tokens.refresh}"}

    response = await client.post(
        f"{AUTH}/refresh",
        json={"refresh_token": "garbage"},
        headers=headers,
    )

    assert code_of(response) == (401, "invalid_token")
    assert "Set-Cookie" not in response.headers


# {% else %}
#| async def test_token_in_the_body_is_not_read(client: AsyncClient, user: Account) -> None:
#|     tokens = await log_in(client, user)
#|     response = await client.post(f"{AUTH}/refresh", json={"refresh_token": tokens.refresh})
#|     assert code_of(response) == (401, "not_authenticated")


# {% endif %}
# {% endcall %}
