# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""`/me` reads the current user from the database at each request."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete

from app.database import Database
from app.models import User
from tests.auth.forging import decoded, encoded, signed
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    change_user,
    code_of,
    credential,
    log_in,
    log_out,
    profile,
    register,
    rows_of,
    tampered,
)

INVALID = 'Bearer error="invalid_token"'


async def test_me_answers_who_is_signed_in(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    body = response.json()
    assert response.status_code == 200
    expected = {
        **profile(user),
        "is_active": True,
        "is_staff": False,
        "is_superuser": False,
        "created_at": "2030-01-01T00:00:00Z",
    }
    assert expected.items() <= body.items()


async def test_change_of_the_account_shows_at_once(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    await change_user(database, user, is_staff=True)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert response.json()["is_staff"] is True


async def test_request_without_a_token_is_not_authenticated(client: AsyncClient) -> None:
    """The challenge has no error code, as no token was sent (RFC 6750, section 3)."""
    response = await client.get(f"{AUTH}/me")

    assert response.json() == {
        "detail": {"code": "not_authenticated", "message": "Sign in to use this."},
    }
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_other_than_an_access_token_is_refused(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    unusable = {
        "refresh token": tokens.refresh,
        "tampered": tampered(tokens.access),
        "cut": tokens.access[:-1],
        "garbage": "garbage",
        "10 kB": tokens.access + "A" * 10_000,
    }

    headers = [credential(token) for token in unusable.values()]

    responses = [await client.get(f"{AUTH}/me", headers=header) for header in headers]

    assert [code_of(response) for response in responses] == [(401, "invalid_token")] * 5
    assert {response.headers["WWW-Authenticate"] for response in responses} == {INVALID}


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
async def test_time_after_the_year_9999_is_refused(
    client: AsyncClient,
    user: Account,
    claim: str,
) -> None:
    tokens = await log_in(client, user)
    header, payload, _ = tokens.access.split(".")
    token = signed(header, encoded({**decoded(payload), claim: 253_402_300_800}))

    response = await client.get(f"{AUTH}/me", headers=credential(token))

    assert code_of(response) == (401, "invalid_token")


async def test_expired_token_is_refused(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    """It expires after 15 minutes, plus a leeway of ten seconds."""
    tokens = await log_in(client, user)
    clock.move(minutes=15, seconds=9)
    in_time = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    clock.move(seconds=1)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert in_time.status_code == 200
    assert code_of(response) == (401, "invalid_token")
    assert response.headers["WWW-Authenticate"] == INVALID


async def test_token_of_an_ended_session_is_refused(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    await log_out(client, tokens.access)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert code_of(response) == (401, "session_ended")
    assert response.headers["WWW-Authenticate"] == INVALID


async def test_disabled_user_is_refused_at_once(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """SEC-41."""
    tokens = await log_in(client, user)
    await change_user(database, user, is_active=False)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert code_of(response) == (401, "session_ended")


async def test_token_of_a_deleted_user_is_refused_for_a_new_user_with_the_name(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """The name may belong to another user later (SEC-38)."""
    tokens = await log_in(client, user)
    [first] = await rows_of(database, User)
    async with database.session() as session:
        await session.execute(delete(User))
        await session.commit()
    deleted = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    await register(client)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    [second] = await rows_of(database, User)
    assert second.id != first.id
    assert [code_of(deleted), code_of(response)] == [(401, "session_ended")] * 2


# {% endcall %}
