# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login in two steps: the password, and a code of the authenticator."""

from dataclasses import replace

from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.mail.steps import NEW_PASSWORD, forget, reset
from tests.auth.totp.steps import Enrolled, finish, give_password
from tests.conftest import MovableClock
from tests.postbox import Postbox
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

    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}
    assert response.json().keys() == {"second_factor"}
    assert len(await rows_of(database, AuthSession)) == before


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
