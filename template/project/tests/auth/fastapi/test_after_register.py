# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The `after_register` hook runs after the commit, and its failure does not affect the account."""

import logging
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.database import Database
from app.main import create_app
from app.models import User
from app.settings import Settings
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    account_named,
    code_of,
    register,
    registration,
    rows_of,
    with_settings,
)


@dataclass
class Welcome:
    """A hook that records users and reads them from the database in its own session."""

    database: Database
    greeted: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def __call__(self, user: UserProtocol) -> None:
        self.greeted.append(user.email)
        users = await rows_of(self.database, User)
        self.stored += [user.email for user in users]
        if self.error is not None:
            raise self.error


@pytest.fixture
def welcome(database: Database) -> Welcome:
    return Welcome(database)


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
    welcome: Welcome,
) -> FastAPI:
    return create_app(
        settings,
        database=database,
        clock=clock,
        password_context=password_context,
        after_register=welcome,
    )


async def test_hook_gets_a_stored_user(client: AsyncClient, welcome: Welcome) -> None:
    account = await register(client)

    assert welcome.greeted == [account.email]
    assert welcome.stored == [account.email]


async def test_failure_of_the_hook_is_logged_and_the_account_stays(
    client: AsyncClient,
    welcome: Welcome,
    caplog: pytest.LogCaptureFixture,
) -> None:
    welcome.error = ConnectionError("no mail server")

    await register(client)

    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage().startswith("after_register failed for the user")
    assert record.exc_info is not None
    assert record.exc_info[1] is welcome.error
    assert len(await rows_of(welcome.database, User)) == 1


async def test_hook_is_not_called_for_a_taken_email(
    client: AsyncClient,
    user: Account,
    welcome: Welcome,
) -> None:
    other = account_named("bob", email=user.email)

    response = await client.post(f"{AUTH}/register", json=registration(other))

    assert code_of(response) == (409, "email_taken")
    assert welcome.greeted == [user.email]


@with_settings(registration_open=False)
async def test_hook_is_not_called_while_registration_is_closed(
    client: AsyncClient,
    welcome: Welcome,
) -> None:
    response = await client.post(f"{AUTH}/register", json=registration(Account()))

    assert code_of(response) == (403, "registration_closed")
    assert welcome.greeted == []


# {% endcall %}
