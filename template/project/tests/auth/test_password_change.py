# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users change their password with the current one, and all their sessions end."""

from dataclasses import replace

import pytest

from app.auth.errors import (
    HashingSaturated,
    InvalidCredentials,
    InvalidField,
    LoginThrottled,
    WrongPassword,
)
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, SESSION_ID, identity_of, log_in, register
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named, with_settings

ANN = Account()
CHANGED = replace(ANN, password="another long passphrase")


async def change(
    service: AsyncAuthService,
    user: UserProtocol,
    *,
    session_id: str = SESSION_ID,
    current: str = ANN.password,
    new: str = CHANGED.password,
) -> TokenPair:
    return await service.change_password(
        identity_of(user, session_id),
        CLIENT,
        current_password=current,
        new_password=new,
    )


def revocations(memory: MemoryTransactions) -> dict[str, str | None]:
    sessions = memory.tables.sessions.values()
    return {session.id: session.revoked_reason for session in sessions}


async def test_new_password_replaces_the_old_one(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await change(service, ann)

    await log_in(service, CHANGED)
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_all_sessions_end_and_a_new_one_is_opened(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    """A thief may share one of them, most likely the current one (ASVS 7.2.4)."""
    other = await log_in(service, ANN)
    clock.move(minutes=5)

    new = await change(service, ann)

    assert revocations(memory) == {
        service.tools.tokens.read_session_id(pair.access_token): "password_changed",
        service.tools.tokens.read_session_id(other.access_token): "password_changed",
        service.tools.tokens.read_session_id(new.access_token): None,
    }
    ends = [session.revoked_at for session in memory.tables.sessions.values()]
    assert ends == [clock.now, clock.now, None]


async def test_owner_is_told_by_mail(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    """SEC-95."""
    await change(service, ann)

    mails = memory.tables.mails.values()
    told = [(mail.user_id, mail.address) for mail in mails if mail.kind == "password_changed"]
    assert told == [(ann.id, ANN.email)]


async def test_new_session_is_one_of_a_fresh_login(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(days=3)

    new = await change(service, ann)

    session = memory.tables.sessions[service.tools.tokens.read_session_id(new.access_token)]
    assert (session.authenticated_at, session.methods) == (clock.now, ("pwd",))
    assert (session.ip, session.user_agent) == (CLIENT.ip, CLIENT.user_agent)
    await service.refresh(new.refresh_token, CLIENT)


async def test_sessions_of_others_go_on(service: AsyncAuthService, ann: UserProtocol) -> None:
    bob = account_named("bob")
    await register(service, bob)
    of_bob = await log_in(service, bob)

    await change(service, ann)

    await service.refresh(of_bob.refresh_token, CLIENT)


@pytest.mark.parametrize("current", ["a wrong passphrase", "", "x" * 2000])
async def test_wrong_current_password_changes_nothing(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
    current: str,
) -> None:
    with pytest.raises(WrongPassword):
        await change(service, ann, current=current)

    assert revocations(memory) == {
        service.tools.tokens.read_session_id(pair.access_token): None,
    }
    await log_in(service, ANN)


@pytest.mark.parametrize("new", ["short", "password123", "x" * 2000])
async def test_poor_new_password_is_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    new: str,
) -> None:
    with pytest.raises(InvalidField) as refusal:
        await change(service, ann, new=new)

    assert refusal.value.field == "new_password"


async def guess(service: AsyncAuthService, user: UserProtocol, times: int, **at: str) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            await change(service, user, current="a wrong passphrase", **at)


async def test_guessing_the_current_password_is_throttled(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await guess(service, ann, 5)

    with pytest.raises(LoginThrottled):
        await change(service, ann)


async def test_guesses_of_one_session_do_not_count_in_another(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    """A thief of one session keeps nobody from changing the password in another."""
    await guess(service, ann, 5, session_id="f" * 32)

    await change(service, ann)


async def test_strangers_keep_nobody_from_changing_the_password(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    for _ in range(5):
        with pytest.raises(InvalidCredentials):
            await log_in(service, replace(ANN, password="a wrong guess"))

    await change(service, ann)


async def test_guesses_in_a_session_keep_nobody_from_logging_in(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await guess(service, ann, 5)

    await log_in(service, ANN)


@with_settings(hash_workers=1, hash_queue=0)
async def test_guess_without_a_place_in_the_pool_does_not_count(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    with service.tools.hasher.place(), pytest.raises(HashingSaturated):
        await change(service, ann)

    assert memory.tables.throttles == {}


@with_settings(hash_workers=1, hash_queue=0)
async def test_change_needs_one_place(service: AsyncAuthService, ann: UserProtocol) -> None:
    await change(service, ann)

    await log_in(service, CHANGED)


async def test_password_changed_meanwhile_is_not_overwritten(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
    password_context: PasswordContext,
) -> None:
    theirs = password_context.hash("the passphrase of an operator")

    async def operator_sets_password() -> None:
        memory.change_user(ANN, password_hash=theirs)

    with pytest.raises(WrongPassword):
        await change(interrupted(service, operator_sets_password), ann)

    [user] = memory.tables.users.values()
    assert user.password_hash == theirs
    assert revocations(memory) == {
        service.tools.tokens.read_session_id(pair.access_token): None,
    }


# {% endcall %}
