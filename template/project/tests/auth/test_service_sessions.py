# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users list their sessions and end those that they do not recognise."""

import pytest

from app.auth.errors import SessionNotFound
from app.auth.login import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in, register
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named

ANN = Account()
BOB = account_named("bob")
STRANGER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
async def bob(service: AsyncAuthService) -> UserProtocol:
    return await register(service, BOB)


def reasons_of(memory: MemoryTransactions) -> list[str | None]:
    """Return the revocation reason of each session, in login order."""
    return [session.revoked_reason for session in memory.tables.sessions.values()]


async def test_sessions_are_listed_newest_first(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await log_in(service, ANN, Client(user_agent="older"))
    clock.move(seconds=1)
    await log_in(service, ANN, Client(user_agent="newer"))

    sessions = await service.list_sessions(ann)

    assert [session.user_agent for session in sessions] == ["newer", "older"]


async def test_only_the_live_sessions_of_the_user_are_listed(
    service: AsyncAuthService,
    ann: UserProtocol,
    bob: UserProtocol,
    pair: TokenPair,
) -> None:
    await service.logout(pair.access_token, CLIENT)
    await log_in(service, BOB)

    assert await service.list_sessions(ann) == []


async def test_idle_session_is_not_listed(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=7)

    assert await service.list_sessions(ann) == []


async def test_user_ends_a_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    await service.end_session(ann, session_id)

    assert reasons_of(memory) == ["ended_by_user"]


async def test_session_of_another_is_not_found(
    service: AsyncAuthService,
    bob: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    with pytest.raises(SessionNotFound):
        await service.end_session(bob, session_id)

    assert reasons_of(memory) == [None]


@pytest.mark.parametrize("session_id", [STRANGER, "", "%", "\0", "\u00e9" * 100])
async def test_unknown_session_is_not_found(
    service: AsyncAuthService,
    ann: UserProtocol,
    session_id: str,
) -> None:
    with pytest.raises(SessionNotFound):
        await service.end_session(ann, session_id)


async def test_session_that_was_ended_is_not_found_again(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await service.logout(pair.access_token, CLIENT)

    with pytest.raises(SessionNotFound):
        await service.end_session(ann, service.tools.tokens.read_session_id(pair.access_token))

    assert reasons_of(memory) == ["logout"]


async def test_session_that_expired_is_not_found(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)
    clock.move(days=7)

    with pytest.raises(SessionNotFound):
        await service.end_session(ann, session_id)


async def test_all_other_sessions_end_but_not_the_current_or_of_others(
    service: AsyncAuthService,
    ann: UserProtocol,
    bob: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(seconds=1)
    current = await log_in(service, ANN)
    clock.move(seconds=1)
    await log_in(service, BOB)

    await service.end_other_sessions(
        ann,
        service.tools.tokens.read_session_id(current.access_token),
    )

    assert reasons_of(memory) == ["ended_by_user", None, None]


# {% endcall %}
