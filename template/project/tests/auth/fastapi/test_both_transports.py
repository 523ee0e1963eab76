# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A header and a cookie in one request: the header wins, for better or worse (SEC-73, SEC-74)."""

import pytest
from httpx2 import AsyncClient

from tests.conftest import Account
from tests.steps import Tokens, code_of, log_in, register, with_settings


def header(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}


def cookie(tokens: Tokens) -> dict[str, str]:
    return {
        "Cookie": f"__Host-access_token={tokens.access}; __Host-refresh_token={tokens.refresh}",
    }


async def test_login_answers_tokens_and_cookies(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    response = await client.post("/auth/login", json=body)

    assert response.cookies["__Host-access_token"] == response.json()["access_token"]
    assert response.cookies["__Host-refresh_token"] == response.json()["refresh_token"]


async def test_either_is_enough(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    responses = [
        await client.get("/auth/me", headers=header(tokens)),
        await client.get("/auth/me", headers=cookie(tokens)),
    ]

    assert [response.json()["username"] for response in responses] == ["ann", "ann"]


async def test_header_wins(client: AsyncClient, user: Account) -> None:
    bob = await register(client, "bob")
    of_ann = await log_in(client, user)
    of_bob = await log_in(client, bob)

    response = await client.get("/auth/me", headers=header(of_ann) | cookie(of_bob))

    assert response.json()["username"] == "ann"


@pytest.mark.parametrize("value", ["Bearer garbage", "Bearer ", "Basic YW5uOng=", ""])
async def test_unusable_header_is_not_made_up_for_by_a_cookie(
    client: AsyncClient,
    user: Account,
    value: str,
) -> None:
    tokens = await log_in(client, user)

    headers = {"Authorization": value} | cookie(tokens)
    response = await client.get("/auth/me", headers=headers)

    assert code_of(response) == (401, "invalid_token")


async def test_unusable_cookie_does_not_harm_a_header(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    headers = header(tokens) | {"Cookie": "__Host-access_token=garbage"}
    response = await client.get("/auth/me", headers=headers)

    assert response.status_code == 200


async def test_header_may_come_from_another_site(client: AsyncClient, user: Account) -> None:
    """No browser adds it by itself, so nobody's session rides on it."""
    tokens = await log_in(client, user)

    headers = header(tokens) | cookie(tokens) | {"Sec-Fetch-Site": "cross-site"}
    response = await client.delete("/auth/sessions", headers=headers)

    assert response.status_code == 204


async def test_ended_session_of_a_header_clears_no_cookies(
    client: AsyncClient,
    user: Account,
) -> None:
    ended = await log_in(client, user)
    in_cookie = await log_in(client, user)
    await client.post("/auth/logout", headers=header(ended))

    response = await client.get("/auth/me", headers=header(ended) | cookie(in_cookie))

    assert code_of(response) == (401, "session_ended")
    assert "Set-Cookie" not in response.headers


@with_settings(accept_cookie=False)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/auth/me"), ("DELETE", "/auth/sessions"), ("POST", "/auth/refresh")],
)
async def test_cookies_are_not_read_if_not_accepted(
    client: AsyncClient,
    user: Account,
    method: str,
    path: str,
) -> None:
    tokens = await log_in(client, user)

    response = await client.request(method, path, headers=cookie(tokens))

    assert code_of(response) == (401, "not_authenticated")


@with_settings(accept_cookie=False)
async def test_cookies_are_not_set_if_not_accepted(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    responses = [
        await client.post("/auth/login", json=body),
        await client.post("/auth/logout", headers={"Cookie": "__Host-access_token=x"}),
    ]

    assert [response.status_code for response in responses] == [200, 204]
    assert [response.headers.get("Set-Cookie") for response in responses] == [None, None]


@with_settings(accept_cookie=False)
async def test_logout_ends_no_session_of_a_cookie_if_not_accepted(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    await client.post("/auth/logout", headers=cookie(tokens))

    response = await client.get("/auth/me", headers=header(tokens))
    assert response.status_code == 200


@with_settings(accept_header=False)
async def test_header_is_ignored_if_not_accepted(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}
    login = await client.post("/auth/login", json=body)
    client.cookies.clear()
    cookies = login.cookies
    tokens = Tokens(cookies["__Host-access_token"], cookies["__Host-refresh_token"])

    alone = await client.get("/auth/me", headers=header(tokens))
    beside = await client.get("/auth/me", headers={"Authorization": "x"} | cookie(tokens))

    assert code_of(alone) == (401, "not_authenticated")
    assert beside.status_code == 200


@with_settings(set_cookie_on_login=False)
async def test_login_sets_no_cookies_if_told_so(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    response = await client.post("/auth/login", json=body)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


# {% endcall %}
