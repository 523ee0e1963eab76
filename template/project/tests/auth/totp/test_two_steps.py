# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login in two steps: the password, and a code of the authenticator."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.mail.steps import NEW_PASSWORD, forget, me, reset
from tests.auth.totp.steps import WRONG_CODE, Enrolled, challenge, enrol, finish, give_password
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    SIGNED_IN,
    change_user,
    code_of,
    credential,
    drop_credentials,
    refresh,
    register,
    rows_of,
    tampered,
    tokens_of,
    with_settings,
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

    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}
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


@pytest.mark.parametrize("steps_later", [-1, 0, 1])
async def test_clock_of_an_authenticator_may_be_a_step_off(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
    steps_later: int,
) -> None:
    """SEC-121."""
    clock.move(seconds=60)

    response = await finish(client, token, enrolled.authenticator.code(steps_later=steps_later))

    assert response.status_code == SIGNED_IN


@pytest.mark.parametrize("steps_later", [-2, 2])
async def test_clock_of_an_authenticator_may_not_be_two_steps_off(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
    steps_later: int,
) -> None:
    """SEC-121."""
    clock.move(seconds=60)

    response = await finish(client, token, enrolled.authenticator.code(steps_later=steps_later))

    assert code_of(response) == (401, "invalid_code")


@with_settings(totp_drift_steps=0)
async def test_drift_can_be_forbidden(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    response = await finish(client, token, enrolled.authenticator.code(steps_later=1))

    assert code_of(response) == (401, "invalid_code")


async def test_code_works_once(client: AsyncClient, enrolled: Enrolled, token: str) -> None:
    """SEC-120."""
    code = enrolled.authenticator.code()
    await finish(client, token, code)

    replayed = await finish(client, token, code)
    in_another_login = await finish(client, await challenge(client, enrolled.account), code)

    assert code_of(replayed) == (401, "invalid_code")
    assert code_of(in_another_login) == (401, "invalid_code")


async def test_code_of_an_earlier_step_is_refused(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-120."""
    await finish(client, token, enrolled.authenticator.code(steps_later=1))

    response = await finish(client, token, enrolled.authenticator.code())

    assert code_of(response) == (401, "invalid_code")


async def test_first_code_of_the_enrolment_is_used(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-120."""
    response = await finish(client, token, enrolled.authenticator.code(steps_later=-1))

    assert code_of(response) == (401, "invalid_code")


@pytest.mark.parametrize("code", [WRONG_CODE, "", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16"])
async def test_wrong_code_opens_nothing(
    client: AsyncClient,
    token: str,
    database: Database,
    code: str,
) -> None:
    before = len(await rows_of(database, AuthSession))

    response = await finish(client, token, code)

    assert code_of(response) == (401, "invalid_code")
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}
    assert len(await rows_of(database, AuthSession)) == before


async def test_code_of_another_user_is_wrong(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    database: Database,
    clock: MovableClock,
) -> None:
    other = await enrol(client, database, clock, await register(client, "bob"))
    clock.move(seconds=30)

    response = await finish(client, token, other.authenticator.code())

    assert code_of(response) == (401, "invalid_code")


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


async def test_factor_is_asked_for_after_a_reset_of_the_password(
    client: AsyncClient,
    enrolled: Enrolled,
    postbox: Postbox,
) -> None:
    """SEC-107, SEC-126."""
    await forget(client, enrolled.account.email)
    await reset(client, postbox.token_to(enrolled.account.email))

    response = await give_password(client, replace(enrolled.account, password=NEW_PASSWORD))

    assert response.status_code == 202


async def test_wrong_password_is_refused_as_without_a_factor(
    client: AsyncClient,
    enrolled: Enrolled,
) -> None:
    response = await give_password(client, replace(enrolled.account, password="a wrong passphrase"))

    assert code_of(response) == (401, "invalid_credentials")


# {% if transport != "header" %}
async def test_other_site_cannot_finish_a_login(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    client.headers["Sec-Fetch-Site"] = "cross-site"

    response = await finish(client, token, enrolled.authenticator.code())

    assert code_of(response) == (403, "cross_site_request")


# {% endif %}
# {% endcall %}
