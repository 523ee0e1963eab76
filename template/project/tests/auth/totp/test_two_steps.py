# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login in two steps: the password, and a code of the authenticator."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.mail.steps import me
from tests.auth.totp.steps import Enrolled, finish, give_password
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    SIGNED_IN,
    code_of,
    credential,
    drop_credentials,
    refresh,
    rows_of,
    tokens_of,
)


async def test_password_is_answered_with_a_challenge(
    client: AsyncClient,
    enrolled: Enrolled,
) -> None:
    response = await give_password(client, enrolled.account)

    assert response.status_code == 202
    challenge = response.json()["second_factor"]
    assert challenge.keys() == {"token", "methods", "expires_in"}
    assert (challenge["methods"], challenge["expires_in"]) == (["totp", "recovery_code"], 300)


async def test_code_finishes_the_login(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
) -> None:
    tokens = tokens_of(await finish(client, token, enrolled.authenticator.code()))
    drop_credentials(client)

    response = await client.get(f"{AUTH}/sessions", headers=credential(tokens.access))

    [session] = [one for one in response.json() if one["current"]]
    assert session["methods"] == ["pwd", "otp"]
    assert session["authenticated_at"] == session["created_at"]
    assert (await refresh(client, tokens.refresh)).status_code == SIGNED_IN


async def test_nothing_is_opened_before_the_second_step(
    client: AsyncClient,
    enrolled: Enrolled,
    database: Database,
) -> None:
    """SEC-123."""
    before = len(await rows_of(database, AuthSession))

    response = await give_password(client, enrolled.account)

    assert "set-cookie" not in response.headers
    assert response.json().keys() == {"second_factor"}
    assert len(await rows_of(database, AuthSession)) == before


async def test_challenge_is_no_credential(client: AsyncClient, token: str) -> None:
    """SEC-123."""
    as_access = await client.get(f"{AUTH}/me", headers=credential(token))
    as_refresh = await refresh(client, token)
    ended = await client.post(f"{AUTH}/logout", headers=credential(token))

    assert code_of(as_access) == (401, "invalid_token")
    assert code_of(as_refresh) == (401, "invalid_token")
    assert ended.status_code == 204
    assert (await me(client)).status_code == 401


# {% endcall %}
