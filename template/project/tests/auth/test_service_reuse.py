# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A token that was superseded is proof of theft: its session ends (RFC 9700, section 4.14)."""

import pytest

from app.auth.errors import SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in
from tests.conftest import Account, MovableClock
from tests.steps import rows_of, with_settings


async def state_of(database: Database) -> tuple[int, str | None]:
    """Return the generation of the only session, and why it was revoked."""
    (session,) = await rows_of(database, AuthSession)
    return session.generation, session.revoked_reason


async def test_after_the_grace_the_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    successor = await service.refresh(pair.refresh_token)
    clock.move(seconds=10)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (2, "reuse")  # SEC-49
    with pytest.raises(SessionEnded):
        await service.refresh(successor.refresh_token)


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_the_session_ends_at_once(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await service.refresh(pair.refresh_token)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (2, "reuse")


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_a_clock_behind_makes_no_difference(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(seconds=5)
    await service.refresh(pair.refresh_token)
    clock.move(seconds=-5)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (2, "reuse")


async def test_second_reuse_finds_the_session_ended_already(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token)
    clock.move(seconds=10)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)
    (first,) = await rows_of(database, AuthSession)
    clock.move(seconds=10)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    (second,) = await rows_of(database, AuthSession)
    assert second.revoked_at == first.revoked_at


async def test_reuse_ends_no_other_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    other = await log_in(service, Account())
    await service.refresh(pair.refresh_token)
    clock.move(seconds=10)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    (live,) = await service.list_sessions(ann)

    assert live.id == service.tokens.session_of(other.access_token)


# {% endcall %}
