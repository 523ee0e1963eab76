# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A refresh is refused for every token but the newest of a live session."""

from datetime import timedelta

import pytest

from app.auth.errors import InvalidToken, SessionEnded
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import settings_with
from tests.auth.interruptions import interrupted
from tests.conftest import Account, MovableClock
from tests.steps import change_user, rows_of

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


# {% endcall %}
