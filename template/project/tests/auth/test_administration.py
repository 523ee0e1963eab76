# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Operators set passwords, disable accounts, end sessions and purge old rows."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from app.auth import administration as module
from app.auth.administration import Administration
from app.auth.errors import (
    InvalidCredentials,
    InvalidField,
    LoginThrottled,
    SessionEnded,
    UserNotFound,
)
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.wiring import Auth
from tests.auth.conftest import CLIENT, log_in, register
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named, names

ANN = Account()
BOB = account_named("bob")
NEW_PASSWORD = "another good long passphrase"


async def use_up(service: AsyncAuthService, name: str, device_token: str | None = None) -> None:
    """Guess as often as is free."""
    guess = Account(email=name, password="a wrong guess")
    for _ in range(5):
        with suppress(InvalidCredentials, LoginThrottled):
            await log_in(service, guess, device_token=device_token)


@pytest.fixture
def administration(auth: Auth) -> Administration:
    return auth.administration


async def test_new_password_replaces_the_old_one(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await administration.set_password(ANN.email, NEW_PASSWORD)

    await log_in(service, Account(password=NEW_PASSWORD))
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_new_password_ends_all_sessions(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await administration.set_password(ANN.email, NEW_PASSWORD)

    (session,) = memory.tables.sessions.values()
    assert session.revoked_reason == "password_changed"
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)


async def test_poor_password_changes_nothing(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    with pytest.raises(InvalidField):
        await administration.set_password(ANN.email, "password")

    await log_in(service, ANN)
    await service.refresh(pair.refresh_token, CLIENT)


async def test_disabled_user_is_signed_out_and_cannot_sign_in(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await administration.disable(ANN.email)

    (session,) = memory.tables.sessions.values()
    assert session.revoked_reason == "user_disabled"
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_enabled_user_signs_in_but_old_sessions_stay_ended(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    await administration.disable(ANN.email)

    await administration.enable(ANN.email)

    await log_in(service, ANN)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)


async def test_ending_sessions_leaves_those_of_others(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    await register(service, BOB)
    of_bob = await log_in(service, BOB)

    ended = await administration.end_sessions(ANN.email)

    assert ended == 1
    await service.refresh(of_bob.refresh_token, CLIENT)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", ""])
async def test_unknown_user_is_not_found(
    administration: Administration,
    ann: UserProtocol,
    memory: MemoryTransactions,
    name: str,
) -> None:
    with pytest.raises(UserNotFound):
        await administration.disable(name)

    (user,) = memory.tables.users.values()
    assert user.is_active


async def test_purge_spares_sessions_that_ended_within_a_week(
    administration: Administration,
    pair: TokenPair,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    clock.move(days=30 + 7)

    assert (await administration.purge())["sessions"] == 0

    clock.move(seconds=1)
    assert (await administration.purge())["sessions"] == 1
    assert memory.tables.sessions == {}


async def test_disabling_makes_tokens_of_mails_void(
    administration: Administration,
    ann: UserProtocol,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    """SEC-95."""
    [before] = [mail.is_usable(clock()) for mail in memory.tables.mails.values()]

    await administration.disable(ANN.email)

    [after] = [mail.is_usable(clock()) for mail in memory.tables.mails.values()]
    assert (before, after) == (True, False)


async def test_password_of_an_operator_is_mailed(
    administration: Administration,
    ann: UserProtocol,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    """SEC-95, SEC-111."""
    await administration.set_password(ANN.email, NEW_PASSWORD)

    owed = [mail.kind for mail in memory.tables.mails.values() if mail.is_owed(clock())]
    assert owed == ["password_changed"]


async def test_purge_also_deletes_expired_mails(
    administration: Administration,
    ann: UserProtocol,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    clock.move(days=8)
    kept = await administration.purge()

    clock.move(seconds=1)
    purged = await administration.purge()

    assert (kept["mails"], purged["mails"], memory.tables.mails) == (0, 1, {})


async def test_purge_deletes_more_than_one_batch(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PURGE_BATCH", 2)
    for _ in range(5):
        await log_in(service, ANN)
    clock.move(days=38)

    assert (await administration.purge())["sessions"] == 5


async def test_purge_also_deletes_counts_of_old_attempts(
    administration: Administration,
    service: AsyncAuthService,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account_named("nobody"))
    clock.move(days=7)
    nothing = await administration.purge()
    kept = len(memory.tables.throttles)

    clock.move(minutes=15, seconds=1)
    purged = await administration.purge()

    assert nothing == {"sessions": 0, "counts of login attempts": 0, "mails": 0}
    assert purged == {"sessions": 0, "counts of login attempts": 2, "mails": 0}
    assert (kept, len(memory.tables.throttles)) == (2, 0)


async def set_password(administration: Administration) -> Account:
    await administration.set_password(ANN.email, NEW_PASSWORD)
    return Account(password=NEW_PASSWORD)


async def enable(administration: Administration) -> Account:
    await administration.enable(ANN.email)
    return ANN


async def unlock(administration: Administration) -> Account:
    await administration.unlock(ANN.email)
    return ANN


@pytest.mark.parametrize("act", [set_password, enable, unlock])
async def test_operator_lifts_the_waits_of_strangers_and_devices(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    act: Callable[[Administration], Awaitable[Account]],
) -> None:
    for name in names(ANN):
        await use_up(service, name)
    await use_up(service, ANN.email, pair.device_token)

    account = await act(administration)

    for name in names(ANN):
        for device_token in (None, pair.device_token):
            await log_in(service, replace(account, email=name), device_token=device_token)


async def test_operator_lifts_no_waits_of_others(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await register(service, BOB)
    await use_up(service, BOB.email)

    await administration.unlock(ANN.email)

    with pytest.raises(LoginThrottled):
        await log_in(service, BOB)


# {% endcall %}
