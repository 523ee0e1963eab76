# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A transport that is switched off is neither read, nor set, nor answered (SEC-73)."""

from collections import defaultdict
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from tests.steps import (
    AUTH,
    Account,
    Tokens,
    code_of,
    credentials,
    log_in,
    password_grant,
    registration,
    with_settings,
)

# Routes that answer anybody, and send a mail.
MAIL = ("email/verification", "password/forgotten")

NOT_FOUND = (404, "not_found")


def header(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}


def cookie(tokens: Tokens) -> dict[str, str]:
    return {
        "Cookie": f"__Host-access_token={tokens.access}; __Host-refresh_token={tokens.refresh}",
    }


@with_settings(accept_cookie=False)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"{AUTH}/me"), ("DELETE", f"{AUTH}/sessions"), ("POST", f"{AUTH}/refresh")],
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
    responses = [
        await client.post(f"{AUTH}/login", json=credentials(user)),
        await client.post(f"{AUTH}/logout", headers={"Cookie": "__Host-access_token=x"}),
    ]

    assert [response.status_code for response in responses] == [200, 204]
    assert [response.headers.get("Set-Cookie") for response in responses] == [None, None]


@with_settings(accept_cookie=False)
async def test_logout_ends_no_session_of_a_cookie_if_not_accepted(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    await client.post(f"{AUTH}/logout", headers=cookie(tokens))

    response = await client.get(f"{AUTH}/me", headers=header(tokens))
    assert response.status_code == 200


@with_settings(accept_header=False)
async def test_header_is_ignored_if_not_accepted(client: AsyncClient, user: Account) -> None:
    login = await client.post(f"{AUTH}/login", json=credentials(user))
    client.cookies.clear()
    cookies = login.cookies
    tokens = Tokens(cookies["__Host-access_token"], cookies["__Host-refresh_token"])

    alone = await client.get(f"{AUTH}/me", headers=header(tokens))
    both = await client.get(f"{AUTH}/me", headers={"Authorization": "x"} | cookie(tokens))

    assert code_of(alone) == (401, "not_authenticated")
    assert both.status_code == 200


async def ask_every_route(
    app: FastAPI,
    client: AsyncClient,
    account: Account,
    credential: dict[str, str],
) -> dict[str, list[Response]]:
    """Send a credential and the password to each route of authentication, as JSON and a form."""
    fields = registration(account) | credentials(account) | password_grant(account)
    responses: dict[str, list[Response]] = defaultdict(list)
    for path, operations in app.openapi()["paths"].items():
        for method in operations if path.startswith(AUTH) else []:
            for kind in ("json", "data"):
                body: dict[str, Any] = {kind: fields}
                response = await client.request(method, path, headers=credential, **body)
                client.cookies.clear()
                responses[f"{method} {path}"].append(response)
    return responses


def successes(responses: dict[str, list[Response]]) -> set[str]:
    return {
        route
        for route, answers in responses.items()
        if any(answer.is_success for answer in answers)
    }


@with_settings(accept_header=False)
async def test_no_route_reads_or_returns_tokens_outside_cookies_if_not_accepted(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    login = await client.post(f"{AUTH}/login", json=credentials(user))
    client.cookies.clear()
    sent = login.cookies
    tokens = Tokens(sent["__Host-access_token"], sent["__Host-refresh_token"])
    in_body = {"refresh_token": tokens.refresh}

    responses = await ask_every_route(app, client, user, header(tokens))
    refreshed = await client.post(f"{AUTH}/refresh", json=in_body)
    granted = await client.post(f"{AUTH}/token", data=password_grant(user))
    await client.post(f"{AUTH}/logout", json=in_body)

    me = await client.get(f"{AUTH}/me", headers=cookie(tokens))
    texts = "".join(answer.text for answers in responses.values() for answer in answers)
    assert successes(responses) == {f"post {AUTH}/{name}" for name in ("login", "logout", *MAIL)}
    assert (code_of(refreshed), code_of(granted)) == ((401, "not_authenticated"), NOT_FOUND)
    assert (me.status_code, tokens.access.partition(".")[0] in texts) == (200, False)


@with_settings(accept_cookie=False)
async def test_no_route_reads_or_sets_a_cookie_if_not_accepted(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    responses = await ask_every_route(app, client, user, cookie(tokens))

    me = await client.get(f"{AUTH}/me", headers=header(tokens))
    cookies = {answer.headers.get("Set-Cookie") for each in responses.values() for answer in each}
    expected = ("login", "logout", "token", *MAIL)
    assert successes(responses) == {f"post {AUTH}/{name}" for name in expected}
    assert (me.status_code, cookies) == (200, {None})


@with_settings(set_cookie_on_login=False)
async def test_cookies_at_login_can_be_disabled(client: AsyncClient, user: Account) -> None:
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


# {% endcall %}
