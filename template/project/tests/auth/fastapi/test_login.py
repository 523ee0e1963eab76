# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Who gets a session, and who learns nothing."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import AuthSession
from tests.conftest import Account
from tests.steps import (
    change_user,
    code_of,
    credential,
    headers_of,
    log_in,
    register,
    rows_of,
)

PASSPHRASE = "seventy-two bytes are all that some algorithms for passwords look at now"


async def attempt(client: AsyncClient, identifier: str, password: str) -> Response:
    body = {"username_or_email": identifier, "password": password}
    return await client.post("/auth/login", json=body)


# {% if transport != "cookie" %}
async def test_login_answers_with_both_tokens(client: AsyncClient, user: Account) -> None:
    response = await attempt(client, user.username, user.password)

    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)


# {% endif %}
@pytest.mark.parametrize("identifier", ["ann", "ANN", "ann@example.com", "Ann@EXAMPLE.com"])
async def test_login_takes_a_username_or_an_email_in_any_case(
    client: AsyncClient,
    user: Account,
    identifier: str,
) -> None:
    tokens = await log_in(client, replace(user, username=identifier))

    response = await client.get("/auth/me", headers=credential(tokens.access))
    assert response.json()["username"] == "ann"


async def test_refused_logins_are_all_alike(client: AsyncClient, database: Database) -> None:
    """Unknown, wrong and disabled: same status, body and headers (SEC-20)."""
    ann = await register(client)
    disabled = await register(client, "bob")
    await change_user(database, disabled, is_active=False)

    responses = [
        await attempt(client, "nobody", ann.password),
        await attempt(client, "nobody@example.com", ann.password),
        await attempt(client, ann.username, "not the passphrase"),
        await attempt(client, disabled.username, disabled.password),
        await attempt(client, disabled.username, "not the passphrase"),
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
    """No trimming, no other case, no cut at NUL (SEC-6)."""
    response = await attempt(client, user.username, password)

    assert code_of(response) == (401, "invalid_credentials")


async def test_every_byte_of_a_long_password_counts(client: AsyncClient) -> None:
    """Not only the first 72 (SEC-3)."""
    account = await register_with(client, PASSPHRASE + "X")

    response = await attempt(client, account.username, PASSPHRASE + "Y")

    assert len(PASSPHRASE) == 72
    assert code_of(response) == (401, "invalid_credentials")


@pytest.mark.parametrize(
    ("chosen", "tried"),
    [
        ("caf\u00e9 au lait", "cafe\u0301 au lait"),
        ("open\0sesame", "open\0barley"),
        ("\uff4fpen sesame", "open sesame"),
        (" open sesame ", "open sesame"),
    ],
    ids=["normalisation", "NUL", "width", "spaces"],
)
async def test_chosen_password_is_kept_byte_for_byte(
    client: AsyncClient,
    chosen: str,
    tried: str,
) -> None:
    """The one that was chosen signs in, and what looks like it does not (SEC-6)."""
    account = await register_with(client, chosen)

    refused = await attempt(client, account.username, tried)
    accepted = await attempt(client, account.username, chosen)

    assert code_of(refused) == (401, "invalid_credentials")
    assert accepted.is_success


async def test_login_always_opens_a_new_session(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """A session id that the client brings is ignored (SEC-27)."""
    tokens = await log_in(client, user)
    [earlier] = await rows_of(database, AuthSession)
    brought = {"session_id": earlier.id, "sid": earlier.id, "id": "0" * 32}
    body = {"username_or_email": user.username, "password": user.password}

    await client.post("/auth/login", json=body | brought, headers=credential(tokens.access))

    sessions = await rows_of(database, AuthSession)
    assert len({session.id for session in sessions} - {earlier.id, "0" * 32}) == 1
    assert [session.generation for session in sessions] == [1, 1]


async def test_refused_login_opens_no_session(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    response = await attempt(client, user.username, "not the passphrase")

    sessions = await rows_of(database, AuthSession)
    assert (response.status_code, sessions) == (401, [])
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}


async def register_with(client: AsyncClient, password: str) -> Account:
    account = Account(password=password)
    body = {"email": account.email, "username": account.username, "password": password}
    response = await client.post("/auth/register", json=body)
    assert response.status_code == 201
    return account


# {% endcall %}
