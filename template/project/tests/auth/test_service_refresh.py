# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A refresh advances the session by one generation and does not outlive it."""

from datetime import timedelta

import pytest

from app.auth.errors import InvalidToken, SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from tests.auth.conftest import CLIENT, log_in, settings_with, state_of, with_tools
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, with_settings

ANOTHER_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"


async def test_refresh_gives_the_next_generation(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(days=1)

    successor = await service.refresh(pair.refresh_token, CLIENT)

    before = service.tools.tokens.read_access(pair.access_token, expired_for=timedelta(days=7))
    assert service.tools.tokens.read_access(successor.access_token) == before
    assert service.tools.tokens.read_refresh(successor.refresh_token).generation == 2
    assert state_of(memory) == (2, None)


async def test_refreshes_of_one_second_stay_ordered(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    given = [pair.refresh_token]
    for _ in range(5):
        successor = await service.refresh(given[-1], CLIENT)
        given.append(successor.refresh_token)

    assert len(set(given)) == 6  # SEC-48, SEC-52
    assert state_of(memory) == (6, None)


async def test_refresh_prolongs_the_idle_time(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=6)
    second = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(days=6)

    third = await service.refresh(second.refresh_token, CLIENT)

    assert third.refresh_expires_in == 7 * 24 * 60 * 60


async def test_idle_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(days=7)

    # Within the leeway of the token, so the row decides.
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (1, None)  # SEC-56


@with_settings(session_days=10)
async def test_busy_session_ends_as_well(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=6)
    second = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(days=4)

    with pytest.raises(SessionEnded):
        await service.refresh(second.refresh_token, CLIENT)

    assert second.refresh_expires_in == 4 * 24 * 60 * 60


async def test_refresh_moves_the_session_to_the_new_key(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    both = settings_with(secret_key=ANOTHER_KEY, secret_key_previous=[SECRET_KEY])
    changed = with_tools(service, tokens=Tokens(both, clock))

    successor = await changed.refresh(pair.refresh_token, CLIENT)

    (session,) = memory.tables.sessions.values()
    assert session.kid == changed.tools.tokens.kid != service.tools.tokens.kid
    with pytest.raises(InvalidToken):
        service.tools.tokens.read_refresh(successor.refresh_token)


async def test_other_sessions_of_the_user_are_left_alone(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await log_in(service, Account())

    await service.refresh(pair.refresh_token, CLIENT)

    generations = sorted(session.generation for session in memory.tables.sessions.values())
    assert generations == [1, 2]


# {% endcall %}
