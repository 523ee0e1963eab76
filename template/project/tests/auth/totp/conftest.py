# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Fixtures of tests about second factors."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from tests.auth.totp.steps import Enrolled, challenge, enrol
from tests.conftest import MovableClock
from tests.steps import Account, change_user, drop_credentials, sign_in


@pytest.fixture
async def verified(client: AsyncClient, user: Account, database: Database) -> Account:
    """An account with a verified e-mail, in which the client is signed in."""
    await change_user(database, user, email_verified_at=MovableClock().now)
    await sign_in(client, user)
    return user


@pytest.fixture
async def owner(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> Enrolled:
    """A signed-in account, half a minute after the enrolment of its second factor."""
    enrolled = await enrol(client, database, clock, user)
    clock.move(seconds=30)
    return enrolled


@pytest.fixture
async def enrolled(client: AsyncClient, owner: Enrolled) -> Enrolled:
    """An account with a second factor. Nobody is signed in."""
    drop_credentials(client)
    return owner


@pytest.fixture
async def token(client: AsyncClient, enrolled: Enrolled) -> str:
    """The token of a login that waits for the second factor."""
    return await challenge(client, enrolled.account)


# {% endcall %}
