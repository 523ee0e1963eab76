# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Operators set passwords, disable accounts, end sessions and purge old rows."""

import pytest

from app.auth.administration import Administration
from app.auth.errors import (
    InvalidCredentials,
    InvalidField,
    SessionEnded,
    UserNotFound,
)
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in, register
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named

ANN = Account()

BOB = account_named("bob")

NEW_PASSWORD = "another good long passphrase"


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


# {% endcall %}
