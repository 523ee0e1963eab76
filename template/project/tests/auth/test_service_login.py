# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Each login checks the password and opens a new session."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.login import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, with_settings

ANN = Account()
WRONG = {
    "unknown username": replace(ANN, email="bob"),
    "unknown e-mail": replace(ANN, email="bob@example.com"),
    "no username": replace(ANN, email=""),
    "only the start of the username": replace(ANN, email="an"),
    "NUL": replace(ANN, email="ann\0"),
    "half of a surrogate pair": replace(ANN, email="ann\ud800"),
    "pattern": replace(ANN, email="%"),
    "wrong password": replace(ANN, password="a good long passphrasf"),
    "no password": replace(ANN, password=""),
    "password in capitals": replace(ANN, password=ANN.password.upper()),
    "password with a trailing space": replace(ANN, password=ANN.password + " "),
    "password that is too long": replace(ANN, password="a" * 1025),
}


@pytest.mark.parametrize(
    "name",
    ["ann", "Ann", "ann ", "ann@example.com", " ANN@example.com", "ann@\uff45xample\u3002com"],
)
async def test_login_takes_username_or_email_in_every_spelling(
    service: AsyncAuthService,
    ann: UserProtocol,
    name: str,
) -> None:
    pair = await log_in(service, replace(ANN, email=name))

    assert service.tools.tokens.read_access(pair.access_token).user_id == ann.id


async def test_login_opens_a_session_in_its_first_generation(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    client = Client(ip="192.0.2.7", user_agent="Browser/1.0")

    await log_in(service, ANN, client)

    (session,) = memory.tables.sessions.values()
    assert (session.user_id, session.generation) == (ann.id, 1)
    assert (session.ip, session.user_agent) == ("192.0.2.7", "Browser/1.0")
    assert session.idle_expires_at == clock.now + timedelta(days=7)
    assert session.absolute_expires_at == clock.now + timedelta(days=30)


async def test_tokens_belong_to_the_session(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    (session,) = memory.tables.sessions.values()

    claims = service.tools.tokens.read_refresh(pair.refresh_token)

    assert service.tools.tokens.read_access(pair.access_token).session_id == session.id
    assert (claims.session_id, claims.generation) == (session.id, 1)


async def test_lifetimes_are_in_seconds(pair: TokenPair) -> None:
    assert pair.expires_in == 15 * 60
    assert pair.refresh_expires_in == 7 * 24 * 60 * 60


async def test_lifetime_is_never_negative(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    (session,) = memory.tables.sessions.values()
    clock.move(days=8)

    late = await service.tools.tokens.issue_pair(session)

    assert late.refresh_expires_in == 0


async def test_every_login_opens_another_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    await log_in(service, ANN)
    await log_in(service, ANN)

    assert len(memory.tables.sessions) == 2


async def test_session_ids_are_random_and_unique(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    """128 bits each: every bit is set in some sessions and unset in others."""
    for _ in range(40):
        await log_in(service, ANN)

    ids = [int(session_id, 16) for session_id in memory.tables.sessions]

    sometimes, always = 0, ~0
    for number in ids:
        sometimes |= number
        always &= number
    assert len(set(ids)) == 40
    assert (sometimes, always) == (2**128 - 1, 0)


async def test_session_ids_can_not_be_predicted(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    """Python's `random` repeats itself from the same seed; the operating system does not."""
    for _ in range(2):
        random.seed(1)
        await log_in(service, ANN)

    assert len(memory.tables.sessions) == 2


@with_settings(refresh_days=30, session_days=30)
async def test_first_idle_end_is_not_beyond_the_absolute_one(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    (session,) = memory.tables.sessions.values()

    assert session.idle_expires_at == session.absolute_expires_at
    assert pair.refresh_expires_in == 30 * 24 * 60 * 60


@pytest.mark.parametrize("account", WRONG.values(), ids=WRONG)
async def test_wrong_credentials_open_no_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    account: Account,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account)

    assert memory.tables.sessions == {}


async def test_disabled_account_is_refused_like_a_wrong_password(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    memory.change_user(ANN, is_active=False)

    with pytest.raises(InvalidCredentials) as refusal:
        await log_in(service, ANN)

    assert refusal.value.args == InvalidCredentials().args  # SEC-20
    assert memory.tables.sessions == {}


@pytest.mark.parametrize("stored", ["", "plain text", "$unknown$"])
async def test_account_without_a_usable_hash_is_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    stored: str,
) -> None:
    memory.change_user(ANN, password_hash=stored)

    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)  # SEC-11


# {% endcall %}
