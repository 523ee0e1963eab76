# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The token endpoint speaks RFC 6749 to standard clients."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import Account, MovableClock
from tests.steps import (
    change_user,
    credential,
    headers_of,
    log_in,
    refresh,
    rows_of,
    tokens_of,
)


async def ask(client: AsyncClient, **form: str) -> Response:
    return await client.post("/auth/token", data=form)


async def ask_with_password(client: AsyncClient, account: Account) -> Response:
    return await ask(
        client,
        grant_type="password",
        username=account.username,
        password=account.password,
    )


def refusal(response: Response) -> tuple[int, str]:
    """Return the status and the error of a refusal in the form of RFC 6749, section 5.2."""
    body = response.json()
    assert set(body) == {"error", "error_description"}
    return response.status_code, body["error"]


async def test_password_grant_answers_tokens(client: AsyncClient, user: Account) -> None:
    response = await ask_with_password(client, user)

    body = response.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (response.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 900)
    assert response.headers["Cache-Control"] == "no-store"


async def test_token_of_a_grant_is_accepted(client: AsyncClient, user: Account) -> None:
    granted = await ask_with_password(client, user)

    response = await client.get("/auth/me", headers=credential(tokens_of(granted).access))

    assert response.json()["username"] == "ann"


async def test_parameters_of_clients_are_ignored(client: AsyncClient, user: Account) -> None:
    """Swagger's dialog sends them, empty or not."""
    response = await ask(
        client,
        grant_type="password",
        username=user.email,
        password=user.password,
        scope="admin",
        client_id="swagger",
        client_secret="",
    )

    assert response.status_code == 200


async def test_refresh_grant_answers_the_successor(client: AsyncClient, user: Account) -> None:
    """It is the one that the refresh route knows as well."""
    tokens = await log_in(client, user)

    response = await ask(client, grant_type="refresh_token", refresh_token=tokens.refresh)

    again = await refresh(client, tokens.refresh)
    assert tokens_of(response).refresh == tokens_of(again).refresh != tokens.refresh


async def test_replayed_refresh_token_ends_the_session(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    granted = await ask(client, grant_type="refresh_token", refresh_token=tokens.refresh)
    clock.move(seconds=10)

    replay = await ask(client, grant_type="refresh_token", refresh_token=tokens.refresh)
    newest = await ask(
        client,
        grant_type="refresh_token",
        refresh_token=tokens_of(granted).refresh,
    )

    assert [refusal(replay), refusal(newest)] == [(400, "invalid_grant")] * 2


async def test_refused_passwords_are_all_alike(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    unknown = await ask_with_password(client, Account(username="nobody"))
    wrong = await ask_with_password(client, Account(password="not the passphrase"))
    await change_user(database, user, is_active=False)
    disabled = await ask_with_password(client, user)

    assert refusal(wrong) == (400, "invalid_grant")
    assert [unknown.content, disabled.content] == [wrong.content] * 2
    assert [headers_of(unknown), headers_of(disabled)] == [headers_of(wrong)] * 2


UNUSABLE: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "invalid_request"),
    "no grant type": ({"username": "ann", "password": "x"}, "invalid_request"),
    "no username": ({"grant_type": "password", "password": "x"}, "invalid_request"),
    "no password": ({"grant_type": "password", "username": "ann"}, "invalid_request"),
    "no refresh token": ({"grant_type": "refresh_token"}, "invalid_request"),
    "empty refresh token": (
        {"grant_type": "refresh_token", "refresh_token": ""},
        "invalid_request",
    ),
    "client credentials": ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    "grant type in capitals": (
        {"grant_type": "PASSWORD", "username": "ann", "password": "x"},
        "unsupported_grant_type",
    ),
    "garbage": ({"grant_type": "refresh_token", "refresh_token": "x.y.z"}, "invalid_grant"),
}


async def test_unusable_grant_is_refused(client: AsyncClient, user: Account) -> None:
    responses = {name: await ask(client, **form) for name, (form, _) in UNUSABLE.items()}

    answers = {name: refusal(response) for name, response in responses.items()}
    assert answers == {name: (400, error) for name, (_, error) in UNUSABLE.items()}


async def test_access_token_is_no_refresh_token(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await ask(client, grant_type="refresh_token", refresh_token=tokens.access)

    assert refusal(response) == (400, "invalid_grant")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
async def test_other_than_a_form_is_refused(
    client: AsyncClient,
    database: Database,
    user: Account,
    content_type: str | None,
) -> None:
    headers: Any = {"Content-Type": content_type} if content_type else {}
    body = '{"grant_type": "password", "username": "ann", "password": "a good long passphrase"}'

    response = await client.post("/auth/token", content=body, headers=headers)

    sessions = await rows_of(database, AuthSession)
    assert (refusal(response), sessions) == ((400, "invalid_request"), [])


# {% if transport == "both" %}
async def test_cookies_are_not_set(client: AsyncClient, user: Account) -> None:
    response = await ask_with_password(client, user)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


async def test_cookies_are_not_read(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    headers = {"Cookie": f"__Host-refresh_token={tokens.refresh}"}

    response = await client.post(
        "/auth/token",
        data={"grant_type": "refresh_token"},
        headers=headers,
    )

    assert refusal(response) == (400, "invalid_request")


# {% endif %}
# {% endcall %}
