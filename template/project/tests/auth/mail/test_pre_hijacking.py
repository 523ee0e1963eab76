# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Somebody registers the address of a victim first, and waits (Sudhodanan and Paverd 2022).

Of the five attacks of the paper, the two that need a federated login have their counterpart in the
first test: the victim proves the address, and the account that was there is not trusted.
"""

from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from app.models import User
from tests.auth.mail.steps import (
    NEW_PASSWORD,
    change_email,
    confirm,
    forget,
    me,
    reset,
    verify,
)
from tests.postbox import Postbox
from tests.serving import connect
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credential,
    credentials,
    log_in,
    refresh,
    register,
    rows_of,
    sign_in,
)

VICTIM = Account(password=NEW_PASSWORD)
OWN_EMAIL = "squatter@example.com"


@pytest.fixture
async def squatter(app: FastAPI, client: AsyncClient) -> AsyncGenerator[AsyncClient]:
    """A client that is signed in to an account with the address of the victim."""
    async with connect(app, "192.0.2.66") as squatter:
        account = await register(squatter)
        await sign_in(squatter, account)
        yield squatter


async def recover(client: AsyncClient, postbox: Postbox) -> None:
    """Let the victim prove the address and choose a password."""
    await forget(client, VICTIM.email)
    response = await reset(client, postbox.token_to(VICTIM.email), VICTIM.password)
    assert response.status_code == 204


async def test_password_of_the_squatter_is_dead(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
) -> None:
    """SEC-108: the classic-federated merge, with a reset as the proof."""
    await recover(client, postbox)

    response = await client.post(f"{AUTH}/login", json=credentials(Account()))

    assert code_of(response) == (401, "invalid_credentials")


async def test_session_of_the_squatter_is_dead(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
) -> None:
    """SEC-108: the unexpired session."""
    kept = await log_in(squatter, Account())
    await recover(client, postbox)

    refreshed = await refresh(squatter, kept.refresh)

    response = await squatter.get(f"{AUTH}/me", headers=credential(kept.access))
    assert code_of(response) == (401, "session_ended")
    assert code_of(refreshed) == (401, "session_ended")


async def test_pending_change_of_the_squatter_is_dead(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
    database: Database,
) -> None:
    """SEC-108: the unexpired e-mail change."""
    await change_email(squatter, Account(), OWN_EMAIL)
    token = postbox.token_to(OWN_EMAIL)
    await recover(client, postbox)

    with_password = await confirm(client, token, VICTIM)

    assert code_of(await confirm(squatter, token)) == (401, "session_ended")
    assert code_of(with_password) == (401, "invalid_token")
    assert [user.email for user in await rows_of(database, User)] == [VICTIM.email]


async def test_second_address_of_the_squatter_gets_no_link(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
) -> None:
    """SEC-108: the trojan identifier. A link goes to the stored address alone."""
    await change_email(squatter, Account(), OWN_EMAIL)
    await recover(client, postbox)
    postbox.messages.clear()

    await forget(client, OWN_EMAIL)

    assert postbox.messages == []


async def test_victim_cannot_be_made_to_verify_the_account(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
) -> None:
    """SEC-106: the link in the mail does nothing without the session or the password."""
    token = postbox.token_to(VICTIM.email)

    clicked = await verify(client, token)
    guessed = await verify(client, token, VICTIM)

    assert code_of(clicked) == (401, "not_authenticated")
    assert code_of(guessed) == (403, "wrong_password")
    response = await me(squatter)
    assert response.json()["email_verified"] is False


async def test_proof_belongs_to_the_victim(
    client: AsyncClient,
    squatter: AsyncClient,
    postbox: Postbox,
) -> None:
    await recover(client, postbox)

    await sign_in(client, VICTIM)

    response = await me(client)
    assert response.json()["email_verified"] is True


# {% endcall %}
