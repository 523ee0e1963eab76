# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Only the newest refresh token of a live session is accepted."""

from datetime import timedelta

import pytest

from app.auth.errors import InvalidToken, SessionEnded
from app.auth.rotation import has_ended
from app.auth.service import AsyncAuthService
from app.auth.tokens import MAX_GENERATION, TokenPair, Tokens
from tests.auth.conftest import CLIENT, settings_with, state_of
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account

ANOTHER_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
STRANGER = "fedcba9876543210fedcba9876543210"


def refresh_token(
    tokens: Tokens,
    session_id: str,
    clock: MovableClock,
    *,
    generation: int = 1,
) -> str:
    """Return a refresh token that may never have been issued."""
    return tokens.issue_refresh(
        session_id=session_id,
        generation=generation,
        issued_at=clock.now,
        expires_at=clock.now + timedelta(days=7),
        kid=tokens.kid,
    )


async def test_refresh_token_beyond_its_own_end_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=7, seconds=10)

    with pytest.raises(InvalidToken) as refusal:
        await service.refresh(pair.refresh_token, CLIENT)

    assert refusal.type is InvalidToken


async def test_session_has_ended_at_its_end(pair: TokenPair, memory: MemoryTransactions) -> None:
    (session,) = memory.tables.sessions.values()
    end = session.idle_expires_at

    assert [has_ended(session, now) for now in (end - timedelta.resolution, end)] == [False, True]


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
async def test_garbage_is_refused(service: AsyncAuthService, token: str) -> None:
    with pytest.raises(InvalidToken):
        await service.refresh(token, CLIENT)


async def test_access_token_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(InvalidToken):
        await service.refresh(pair.access_token, CLIENT)

    assert state_of(memory) == (1, None)  # SEC-57


async def test_forged_token_changes_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    forger = Tokens(settings_with(secret_key=ANOTHER_KEY), clock)
    forged = refresh_token(forger, service.tools.tokens.read_session_id(pair.refresh_token), clock)

    with pytest.raises(InvalidToken):
        await service.refresh(forged, CLIENT)

    assert state_of(memory) == (1, None)  # SEC-55


async def test_token_of_an_unknown_session_is_refused(
    service: AsyncAuthService,
    clock: MovableClock,
) -> None:
    stranger = refresh_token(service.tools.tokens, STRANGER, clock)

    with pytest.raises(SessionEnded):
        await service.refresh(stranger, CLIENT)


@pytest.mark.parametrize("generation", [2, 3, 1000, MAX_GENERATION])
async def test_token_ahead_of_a_restored_database_ends_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
    generation: int,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.refresh_token)
    ahead = refresh_token(service.tools.tokens, session_id, clock, generation=generation)

    with pytest.raises(SessionEnded):
        await service.refresh(ahead, CLIENT)

    assert state_of(memory) == (1, None)


async def test_disabled_account_is_refused_and_its_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    memory.change_user(Account(), is_active=False)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)
    _, reason = state_of(memory)
    memory.change_user(Account(), is_active=True)

    assert reason == "user_inactive"  # SEC-41
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)


async def test_refresh_after_logout_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await service.logout(pair.access_token, CLIENT)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (1, "logout")


async def test_logout_between_two_uses_of_a_token_wins_over_the_grace(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)

    async def log_out() -> None:
        await service.logout(pair.access_token, CLIENT)

    with pytest.raises(SessionEnded):
        await interrupted(service, log_out).refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "logout")  # SEC-53


# {% endcall %}
