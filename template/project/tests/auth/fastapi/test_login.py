# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Logins, and refusals that reveal nothing."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.steps import (
    AUTH,
    Account,
    change_user,
    code_of,
    credential,
    credentials,
    headers_of,
    log_in,
    register,
    registration,
    rows_of,
)

PASSPHRASE = "seventy-two bytes are all that some algorithms for passwords look at now"


async def attempt(client: AsyncClient, account: Account, password: str) -> Response:
    body = credentials(replace(account, password=password))
    return await client.post(f"{AUTH}/login", json=body)


@pytest.mark.parametrize("route", ["login", "register"])
async def test_form_is_told_to_be_json(client: AsyncClient, route: str) -> None:
    response = await client.post(f"{AUTH}/{route}", data=credentials(Account()))

    [problem] = response.json()["detail"]
    assert (response.status_code, problem["loc"]) == (422, ["body"])
    advice = "Send JSON with Content-Type: application/json."
    # {% if transport != "cookie" %}
    if route == "login":
        advice += f" OAuth2 clients send their form to {AUTH}/token."
    # {% endif %}
    assert problem["msg"] == advice


# {% if transport != "cookie" %}
async def test_login_answers_with_its_tokens(client: AsyncClient, user: Account) -> None:
    response = await attempt(client, user, user.password)

    body = response.json()
    assert response.status_code == 200
    tokens = {"access_token", "refresh_token", "device_token"}
    assert set(body) == {*tokens, "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)


# {% endif %}
@pytest.mark.parametrize("identifier", ["ann", "ANN", "ann@example.com", "Ann@EXAMPLE.com"])
async def test_login_takes_a_username_or_an_email_in_any_case(
    client: AsyncClient,
    user: Account,
    identifier: str,
) -> None:
    tokens = await log_in(client, replace(user, email=identifier))

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    assert response.json()["email"] == user.email


async def test_all_refused_logins_get_the_same_response(
    client: AsyncClient,
    database: Database,
) -> None:
    """Unknown users, wrong passwords and disabled users get the same response (SEC-20)."""
    ann = await register(client)
    disabled = await register(client, "bob")
    await change_user(database, disabled, is_active=False)

    responses = [
        await attempt(client, replace(ann, email="nobody"), ann.password),
        await attempt(client, replace(ann, email="nobody@example.com"), ann.password),
        await attempt(client, ann, "not the passphrase"),
        await attempt(client, disabled, disabled.password),
        await attempt(client, disabled, "not the passphrase"),
    ]

    wrong, *others = [(r.status_code, r.content, headers_of(r)) for r in responses]
    assert code_of(responses[0]) == (401, "invalid_credentials")
    assert responses[0].headers["WWW-Authenticate"] == "Bearer"
    assert others == [wrong] * 4


@pytest.mark.parametrize(
    "password",
    [
        "A good long passphrase",
        "a good long passphrase ",
        "a good long passphras",
        "a good long passphrase\0",
        "",
    ],
)
async def test_password_is_compared_exactly(
    client: AsyncClient,
    user: Account,
    password: str,
) -> None:
    """Passwords are not trimmed, case-folded or cut at NUL (SEC-6)."""
    response = await attempt(client, user, password)

    assert code_of(response) == (401, "invalid_credentials")


async def test_every_byte_of_a_long_password_counts(client: AsyncClient) -> None:
    """Some hashes ignore everything after byte 72 (SEC-3)."""
    account = await register_with(client, PASSPHRASE + "X")

    response = await attempt(client, account, PASSPHRASE + "Y")

    assert len(PASSPHRASE) == 72
    assert code_of(response) == (401, "invalid_credentials")


@pytest.mark.parametrize(
    ("chosen", "tried"),
    [
        ("caf\u00e9 au lait at noon", "cafe\u0301 au lait at noon"),
        ("open the\0sesame", "open the\0barley"),
        ("\uff4fpen the sesame", "open the sesame"),
        (" open my sesame ", "open my sesame"),
    ],
    ids=["normalisation", "NUL", "width", "spaces"],
)
async def test_chosen_password_is_kept_byte_for_byte(
    client: AsyncClient,
    chosen: str,
    tried: str,
) -> None:
    """The chosen password signs in. A similar one does not (SEC-6)."""
    account = await register_with(client, chosen)

    refused = await attempt(client, account, tried)
    accepted = await attempt(client, account, chosen)

    assert code_of(refused) == (401, "invalid_credentials")
    assert accepted.is_success


async def test_login_always_opens_a_new_session(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """A session ID from the client is ignored (SEC-27)."""
    tokens = await log_in(client, user)
    [earlier] = await rows_of(database, AuthSession)
    brought = {"session_id": earlier.id, "sid": earlier.id, "id": "0" * 32}

    await client.post(
        f"{AUTH}/login", json=credentials(user) | brought, headers=credential(tokens.access)
    )

    sessions = await rows_of(database, AuthSession)
    assert len({session.id for session in sessions} - {earlier.id, "0" * 32}) == 1
    assert [session.generation for session in sessions] == [1, 1]


async def test_refused_login_opens_no_session(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    response = await attempt(client, user, "not the passphrase")

    sessions = await rows_of(database, AuthSession)
    assert (response.status_code, sessions) == (401, [])
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}


async def register_with(client: AsyncClient, password: str) -> Account:
    account = Account(password=password)
    response = await client.post(f"{AUTH}/register", json=registration(account))
    assert response.status_code == 201
    return account


# {% endcall %}
