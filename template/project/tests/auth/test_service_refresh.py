# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A refresh steps the session on by one generation, and lives no longer than the session."""

from dataclasses import replace

import pytest

from app.auth.errors import InvalidToken, SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in, settings_with
from tests.conftest import SECRET_KEY, Account, MovableClock
from tests.steps import rows_of, with_settings

ANOTHER_KEY = "c0ffee5ca1ab1e0123456789deadbeef"


async def state_of(database: Database) -> tuple[int, str | None]:
    """Return the generation of the only session, and why it was revoked."""
    (session,) = await rows_of(database, AuthSession)
    return session.generation, session.revoked_reason


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


async def test_refresh_moves_the_session_to_the_new_key(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    both = settings_with(secret_key=ANOTHER_KEY, secret_key_previous=[SECRET_KEY])
    tokens = Tokens(both, clock)
    rotation = replace(service.rotation, tokens=tokens)
    changed = replace(service, tokens=tokens, rotation=rotation)

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
