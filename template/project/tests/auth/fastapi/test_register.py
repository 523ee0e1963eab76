# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Registrations, and their limits."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import User
from tests.serving import race
from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    account_named,
    code_of,
    credentials,
    profile,
    registration,
    rows_of,
    with_settings,
)

UNACCEPTABLE = {
    "password of 7 characters": ("password", "x7#Kq9z"),
    "password of 1025 bytes": ("password", "é" * 512 + "x"),
    "common password": ("password", "Password1"),
    "password with the username": ("password", "I am ANNA.k indeed"),
    "password with the e-mail's name": ("password", "my postbox is nice"),
    "username of 2 characters": ("username", "ab"),
    "username of 33 characters": ("username", "a" * 33),
    "username that is an e-mail": ("username", "ann@example.com"),
    "username with a space": ("username", "ann k"),
    "username in full width": ("username", "\uff41\uff4e\uff4e\uff41"),
    "username with a Kelvin sign": ("username", "an\u212aa"),
    "username with a zero-width space": ("username", "an\u200bna"),
    "e-mail without a host": ("email", "ann@"),
    "e-mail with two hosts": ("email", "ann@example.com@example.org"),
    "e-mail with a line break": ("email", "ann@example.com\r\nBcc: x@example.org"),
    "e-mail with an invisible character": ("email", "an\u034fn@example.com"),
    "e-mail of 255 characters": ("email", "a" * 64 + "@" + "b." * 94 + "de"),
}


async def test_register_answers_the_new_user(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/register", json=registration(Account()))

    body = response.json()
    assert response.status_code == 201
    expected = {
        **profile(Account()),
        "is_active": True,
        "is_staff": False,
        "is_superuser": False,
        "created_at": "2030-01-01T00:00:00Z",
    }
    assert expected.items() <= body.items()


@with_settings(reserved_email_domains=True)
async def test_reserved_domain_can_be_allowed(client: AsyncClient) -> None:
    account = Account(email="dev@localhost")

    created = await client.post(f"{AUTH}/register", json=registration(account))
    login = await client.post(f"{AUTH}/login", json=credentials(account))

    assert (created.status_code, created.json()["email"]) == (201, account.email)
    assert login.status_code == SIGNED_IN


async def test_reserved_domain_is_refused_with_the_reason(client: AsyncClient) -> None:
    account = Account(email="dev@localhost")

    response = await client.post(f"{AUTH}/register", json=registration(account))

    reason = "The domain is reserved or local, not on the internet."
    expected = {"type": "invalid_field", "loc": ["body", "email"], "msg": reason}
    assert (response.status_code, response.json()["detail"]) == (422, [expected])


async def test_password_may_be_of_any_script(client: AsyncClient) -> None:
    """15 characters, 64 that are long in bytes, with a space, NUL or mark (SEC-1, 2, 5)."""
    passwords = [
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆",
        "🦊🐻🐼🐨" * 16,
        "korrekt pferd ok",
        "a\0 quiet place ok",
        "\u202emirror on the wall",
    ]
    accounts = [
        account_named(f"user{number}", password=password)
        for number, password in enumerate(passwords)
    ]
    bodies = [registration(account) for account in accounts]

    responses = [await client.post(f"{AUTH}/register", json=body) for body in bodies]

    assert [response.status_code for response in responses] == [201] * 5


async def test_no_user_exists_before_the_first_registration(
    client: AsyncClient,
    database: Database,
) -> None:
    """There is no default administrator (SEC-14)."""
    response = await client.get("/ready")

    users = await rows_of(database, User)
    assert (response.status_code, users) == (200, [])


async def test_privileges_cannot_be_registered(client: AsyncClient, database: Database) -> None:
    """Unknown fields are ignored (SEC-15)."""
    wished = {
        "id": 4711,
        "is_active": False,
        "is_staff": True,
        "is_superuser": True,
        "password_hash": "chosen",
        "created_at": "1999-01-01T00:00:00Z",
    }

    await client.post(f"{AUTH}/register", json=registration(Account()) | wished)

    [user] = await rows_of(database, User)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert user.id != wished["id"]
    assert (user.password_hash != "chosen", user.created_at.year) == (True, 2030)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (account_named("bob", email="ann@example.com"), "email_taken"),
        (account_named("bob", email="ANN@Example.COM"), "email_taken"),
        (Account(email="bob@example.com"), "username_taken"),
        (Account(email="bob@example.com", username="ANN"), "username_taken"),
        (Account(), "email_taken"),
    ],
)
async def test_taken_identity_is_refused(
    client: AsyncClient,
    user: Account,
    other: Account,
    code: str,
) -> None:
    response = await client.post(f"{AUTH}/register", json=registration(other))

    assert code_of(response) == (409, code)


@with_settings(limit_register="1000/minute")
async def test_unacceptable_values_are_refused(client: AsyncClient, database: Database) -> None:
    valid = account_named("anna.k", email="postbox@example.com")

    async def refusal(field: str, value: str) -> Any:
        body = registration(valid) | {field: value}
        response = await client.post(f"{AUTH}/register", json=body)
        return response.status_code, [problem["loc"] for problem in response.json()["detail"]]

    answers = {name: await refusal(*change) for name, change in UNACCEPTABLE.items()}

    expected = {name: (422, [["body", field]]) for name, (field, _) in UNACCEPTABLE.items()}
    users = await rows_of(database, User)
    assert answers == expected
    assert users == []


@with_settings(registration_open=False)
async def test_registration_can_be_closed(client: AsyncClient, database: Database) -> None:
    response = await client.post(f"{AUTH}/register", json=registration(Account()))

    users = await rows_of(database, User)
    assert code_of(response) == (403, "registration_closed")
    assert users == []


@with_settings(limit_register="1000/minute")
async def test_racing_registrations_create_one_user(
    client: AsyncClient,
    database: Database,
) -> None:
    """One succeeds, the others are refused, and none causes a server error (SEC-19)."""

    async def register(number: int) -> Response:
        body = registration(Account(email=f"{'Ann' if number % 2 else 'aNN'}@example.com"))
        return await client.post(f"{AUTH}/register", json=body)

    responses = await race(20, register)

    statuses = sorted(response.status_code for response in responses)
    users = await rows_of(database, User)
    assert statuses == [201] + [409] * 19
    assert len(users) == 1


# {% endcall %}
