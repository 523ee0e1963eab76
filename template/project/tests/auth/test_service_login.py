# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login checks the password and opens a session of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.opening import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in
from tests.conftest import Account, MovableClock
from tests.steps import change_user, rows_of

ANN = Account()
WRONG = {
    "unknown username": replace(ANN, username="bob"),
    "unknown e-mail": replace(ANN, username="bob@example.com"),
    "no username": replace(ANN, username=""),
    "only the start of the username": replace(ANN, username="an"),
    "trailing space": replace(ANN, username="ann "),
    "NUL": replace(ANN, username="ann\0"),
    "half of a surrogate pair": replace(ANN, username="ann\ud800"),
    "pattern": replace(ANN, username="%"),
    "wrong password": replace(ANN, password="a good long passphrasf"),
    "no password": replace(ANN, password=""),
    "password in capitals": replace(ANN, password=ANN.password.upper()),
    "password with a trailing space": replace(ANN, password=ANN.password + " "),
    "password that is too long": replace(ANN, password="a" * 1025),
}


@pytest.mark.parametrize("name", ["ann", "Ann", "ann@example.com", "ANN@example.com"])
async def test_login_takes_username_or_email_in_every_spelling(
    service: AsyncAuthService,
    ann: UserProtocol,
    name: str,
) -> None:
    pair = await log_in(service, replace(ANN, username=name))

    assert service.tokens.read_access(pair.access_token).user_id == ann.id


async def test_login_opens_a_session_in_its_first_generation(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    clock: MovableClock,
) -> None:
    client = Client(ip="192.0.2.7", user_agent="Browser/1.0")

    await log_in(service, ANN, client)

    (session,) = await rows_of(database, AuthSession)
    assert (session.user_id, session.generation) == (ann.id, 1)
    assert (session.ip, session.user_agent) == ("192.0.2.7", "Browser/1.0")
    assert session.idle_expires_at == clock.now + timedelta(days=7)
    assert session.absolute_expires_at == clock.now + timedelta(days=30)


async def test_tokens_belong_to_the_session(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    (session,) = await rows_of(database, AuthSession)

    claims = service.tokens.read_refresh(pair.refresh_token)

    assert service.tokens.read_access(pair.access_token).session_id == session.id
    assert (claims.session_id, claims.generation) == (session.id, 1)


async def test_lifetimes_are_told_in_seconds(pair: TokenPair) -> None:
    assert pair.expires_in == 15 * 60
    assert pair.refresh_expires_in == 7 * 24 * 60 * 60


async def test_every_login_opens_another_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    await log_in(service, ANN)
    await log_in(service, ANN)

    assert len({session.id for session in await rows_of(database, AuthSession)}) == 2


@pytest.mark.parametrize("account", WRONG.values(), ids=WRONG)
async def test_wrong_credentials_open_no_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    account: Account,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account)

    assert await rows_of(database, AuthSession) == []


async def test_disabled_account_is_refused_like_a_wrong_password(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    await change_user(database, ANN, is_active=False)

    with pytest.raises(InvalidCredentials) as refusal:
        await log_in(service, ANN)

    assert refusal.value.args == InvalidCredentials().args  # SEC-20
    assert await rows_of(database, AuthSession) == []


@pytest.mark.parametrize("stored", ["", "plain text", "$unknown$"])
async def test_account_without_a_usable_hash_is_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    stored: str,
) -> None:
    await change_user(database, ANN, password_hash=stored)

    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)  # SEC-11


# {% endcall %}
