# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A challenge is no credential, and it ends."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from tests.auth.mail.steps import forget, me, reset
from tests.auth.totp.steps import Enrolled, finish
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    SIGNED_IN,
    change_user,
    code_of,
    credential,
    refresh,
    tampered,
    tokens_of,
)


async def test_challenge_is_no_credential(client: AsyncClient, token: str) -> None:
    """SEC-123."""
    as_access = await client.get(f"{AUTH}/me", headers=credential(token))
    as_refresh = await refresh(client, token)
    ended = await client.post(f"{AUTH}/logout", headers=credential(token))

    assert code_of(as_access) == (401, "invalid_token")
    assert code_of(as_refresh) == (401, "invalid_token")
    assert ended.status_code == 204
    assert (await me(client)).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(309, SIGNED_IN), (310, 401)])
async def test_challenge_lives_five_minutes(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    """With the ten seconds by which clocks of servers may differ."""
    clock.move(seconds=seconds)

    response = await finish(client, token, enrolled.authenticator.code())

    assert response.status_code == status


async def test_challenge_ends_with_the_password(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-123."""
    await forget(client, enrolled.account.email)
    await reset(client, postbox.token_to(enrolled.account.email))

    response = await finish(client, token, enrolled.authenticator.code())

    assert code_of(response) == (401, "invalid_token")


async def test_challenge_of_a_disabled_user_is_void(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    database: Database,
) -> None:
    await change_user(database, enrolled.account, is_active=False)

    response = await finish(client, token, enrolled.authenticator.code())

    assert code_of(response) == (401, "invalid_token")


async def test_forged_challenge_is_refused(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    tokens = tokens_of(await finish(client, token, enrolled.authenticator.code()))

    for other in (tampered(token), tokens.access, tokens.refresh, "", "garbage"):
        response = await finish(client, other, enrolled.authenticator.code(steps_later=1))
        assert code_of(response) == (401, "invalid_token")


# {% endcall %}
