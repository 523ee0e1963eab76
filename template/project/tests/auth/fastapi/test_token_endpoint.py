# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The token endpoint implements RFC 6749 for standard clients."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    account_named,
    change_user,
    credential,
    headers_of,
    log_in,
    password_grant,
    refresh,
    rows_of,
    tokens_of,
)


async def ask(client: AsyncClient, **form: Any) -> Response:
    return await client.post(f"{AUTH}/token", data=form)


async def ask_with_password(client: AsyncClient, account: Account) -> Response:
    return await ask(client, **password_grant(account))


def refusal(response: Response) -> tuple[int, str]:
    """Return the status and the error of a refusal in the form of RFC 6749, section 5.2."""
    body = response.json()
    assert set(body) == {"error", "error_description"}
    return response.status_code, body["error"]


async def test_password_grant_answers_tokens(client: AsyncClient, user: Account) -> None:
    response = await ask_with_password(client, user)

    body = response.json()
    tokens = {"access_token", "refresh_token", "device_token"}
    assert set(body) == {*tokens, "token_type", "expires_in"}
    assert (response.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 900)
    assert response.headers["Cache-Control"] == "no-store"


async def test_token_of_a_grant_is_accepted(client: AsyncClient, user: Account) -> None:
    granted = await ask_with_password(client, user)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens_of(granted).access))

    assert response.json()["email"] == user.email


async def test_parameters_of_clients_are_ignored(client: AsyncClient, user: Account) -> None:
    """Swagger's dialog sends them, even if they are empty."""
    grant = password_grant(user)

    response = await ask(client, **grant, scope="admin", client_id="swagger", client_secret="")

    assert response.status_code == 200


async def test_session_remembers_the_client_of_a_refresh_grant(
    client: AsyncClient,
    user: Account,
    database: Database,
) -> None:
    tokens = await log_in(client, user)
    client.headers["User-Agent"] = "Lynx/3.0"

    await ask(client, grant_type="refresh_token", refresh_token=tokens.refresh)

    [session] = await rows_of(database, AuthSession)
    assert session.last_user_agent == "Lynx/3.0"


async def test_refresh_grant_answers_the_successor(client: AsyncClient, user: Account) -> None:
    """It is the same successor as that of the refresh route."""
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
    clock.move(seconds=30)

    replay = await ask(client, grant_type="refresh_token", refresh_token=tokens.refresh)
    newest = await ask(
        client,
        grant_type="refresh_token",
        refresh_token=tokens_of(granted).refresh,
    )

    assert [refusal(replay), refusal(newest)] == [(400, "invalid_grant")] * 2


async def test_all_refused_passwords_get_the_same_response(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    unknown = await ask_with_password(client, account_named("nobody"))
    wrong = await ask_with_password(client, Account(password="not the passphrase"))
    await change_user(database, user, is_active=False)
    disabled = await ask_with_password(client, user)

    assert refusal(wrong) == (400, "invalid_grant")
    assert [unknown.content, disabled.content] == [wrong.content] * 2
    assert [headers_of(unknown), headers_of(disabled)] == [headers_of(wrong)] * 2


@pytest.mark.parametrize("name", ["grant_type", "username", "password", "scope"])
async def test_repeated_parameter_is_refused(
    client: AsyncClient,
    database: Database,
    user: Account,
    name: str,
) -> None:
    """RFC 6749, section 3.2."""
    grant = password_grant(user) | {"scope": ""}

    response = await ask(client, **{**grant, name: [grant[name], grant[name]]})

    sessions = await rows_of(database, AuthSession)
    assert (refusal(response), sessions) == ((400, "invalid_request"), [])


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


async def test_access_token_does_not_refresh_a_grant(client: AsyncClient, user: Account) -> None:
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
    body = json.dumps(password_grant(user))

    response = await client.post(f"{AUTH}/token", content=body, headers=headers)

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
        f"{AUTH}/token",
        data={"grant_type": "refresh_token"},
        headers=headers,
    )

    assert refusal(response) == (400, "invalid_request")


# {% endif %}
# {% endcall %}
