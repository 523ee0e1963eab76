# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A refresh steps the session on by one generation, and lives no longer than the session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.auth.errors import InvalidToken, SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in, settings_with
from tests.auth.interruptions import interrupted
from tests.conftest import SECRET_KEY, Account, MovableClock
from tests.steps import change_user, rows_of, with_settings

ANOTHER_KEY = "c0ffee5ca1ab1e0123456789deadbeef"
STRANGER = "fedcba9876543210fedcba9876543210"


async def state_of(database: Database) -> tuple[int, str | None]:
    """Return the generation of the only session, and why it was revoked."""
    (session,) = await rows_of(database, AuthSession)
    return session.generation, session.revoked_reason


def refresh_token(
    tokens: Tokens,
    session_id: str,
    clock: MovableClock,
    *,
    generation: int = 1,
) -> str:
    """Return a token that this server may never have given out."""
    return tokens.issue_refresh(
        session_id=session_id,
        generation=generation,
        issued_at=clock.now,
        expires_at=clock.now + timedelta(days=7),
        kid=tokens.kid,
    )


async def test_refresh_gives_the_next_generation(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(days=1)

    successor = await service.refresh(pair.refresh_token)

    before = service.tokens.read_access(pair.access_token, allow_expired=True)
    assert service.tokens.read_access(successor.access_token) == before
    assert service.tokens.read_refresh(successor.refresh_token).generation == 2
    assert await state_of(database) == (2, None)


async def test_refreshes_of_one_second_stay_ordered(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    given = [pair.refresh_token]
    for _ in range(5):
        successor = await service.refresh(given[-1])
        given.append(successor.refresh_token)

    assert len(set(given)) == 6  # SEC-48, SEC-52
    assert await state_of(database) == (6, None)


async def test_refresh_prolongs_the_idle_time(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=6)
    second = await service.refresh(pair.refresh_token)
    clock.move(days=6)

    third = await service.refresh(second.refresh_token)

    assert third.refresh_expires_in == 7 * 24 * 60 * 60


async def test_idle_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(days=7)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)  # within the leeway: the row decides

    assert await state_of(database) == (1, None)  # SEC-56


@with_settings(session_days=10)
async def test_busy_session_ends_as_well(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=6)
    second = await service.refresh(pair.refresh_token)
    clock.move(days=4)

    with pytest.raises(SessionEnded):
        await service.refresh(second.refresh_token)

    assert second.refresh_expires_in == 4 * 24 * 60 * 60


async def test_refresh_token_beyond_its_own_end_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=7, seconds=10)

    with pytest.raises(InvalidToken) as refusal:
        await service.refresh(pair.refresh_token)

    assert refusal.type is InvalidToken


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
async def test_garbage_is_refused(service: AsyncAuthService, token: str) -> None:
    with pytest.raises(InvalidToken):
        await service.refresh(token)


async def test_access_token_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    with pytest.raises(InvalidToken):
        await service.refresh(pair.access_token)

    assert await state_of(database) == (1, None)  # SEC-57


async def test_forged_token_changes_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    forger = Tokens(settings_with(secret_key=ANOTHER_KEY), clock)
    forged = refresh_token(forger, service.tokens.session_of(pair.refresh_token), clock)

    with pytest.raises(InvalidToken):
        await service.refresh(forged)

    assert await state_of(database) == (1, None)  # SEC-55


async def test_token_of_no_session_is_refused(
    service: AsyncAuthService,
    clock: MovableClock,
) -> None:
    stranger = refresh_token(service.tokens, STRANGER, clock)

    with pytest.raises(SessionEnded):
        await service.refresh(stranger)


@pytest.mark.parametrize("generation", [2, 3, 1000])
async def test_token_ahead_of_a_restored_database_ends_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
    generation: int,
) -> None:
    session_id = service.tokens.session_of(pair.refresh_token)
    ahead = refresh_token(service.tokens, session_id, clock, generation=generation)

    with pytest.raises(SessionEnded):
        await service.refresh(ahead)

    assert await state_of(database) == (1, None)


async def test_disabled_account_is_refused_and_its_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await change_user(database, Account(), is_active=False)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)
    _, reason = await state_of(database)
    await change_user(database, Account(), is_active=True)

    assert reason == "user_inactive"  # SEC-41
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)


async def test_refresh_after_logout_is_refused(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await service.logout(pair.access_token)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (1, "logout")


async def test_logout_between_two_uses_of_a_token_wins_over_the_grace(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await service.refresh(pair.refresh_token)

    async def log_out() -> None:
        await service.logout(pair.access_token)

    with pytest.raises(SessionEnded):
        await interrupted(service, log_out).refresh(pair.refresh_token)

    assert await state_of(database) == (2, "logout")  # SEC-53


async def test_refresh_moves_the_session_to_the_new_key(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    both = settings_with(secret_key=ANOTHER_KEY, secret_key_previous=[SECRET_KEY])
    changed = replace(service, tokens=Tokens(both, clock))

    successor = await changed.refresh(pair.refresh_token)

    (session,) = await rows_of(database, AuthSession)
    assert session.kid == changed.tokens.kid != service.tokens.kid
    with pytest.raises(InvalidToken):
        service.tokens.read_refresh(successor.refresh_token)


async def test_other_sessions_of_the_user_are_left_alone(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    await log_in(service, Account())

    await service.refresh(pair.refresh_token)

    generations = sorted(session.generation for session in await rows_of(database, AuthSession))
    assert generations == [1, 2]


# {% endcall %}
