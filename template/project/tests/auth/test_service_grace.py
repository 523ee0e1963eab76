# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""For some seconds a superseded token may be an answer that was lost: the same successor."""

from dataclasses import replace

import pytest

from app.auth.errors import SessionEnded
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import settings_with
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import rows_of

NEW_KEY = "c0ffee5ca1ab1e0123456789deadbeef"


async def state_of(database: Database) -> tuple[int, str | None]:
    """Return the generation of the only session, and why it was revoked."""
    (session,) = await rows_of(database, AuthSession)
    return session.generation, session.revoked_reason


async def test_within_the_grace_the_same_successor_is_given_again(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    successor = await service.refresh(pair.refresh_token)
    clock.move(seconds=9.999)

    again = await service.refresh(pair.refresh_token)

    assert again.refresh_token == successor.refresh_token
    assert again.access_token != successor.access_token
    assert await state_of(database) == (2, None)


async def test_remaining_lifetime_is_told_from_now(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token)
    clock.move(seconds=9)

    again = await service.refresh(pair.refresh_token)

    assert again.refresh_expires_in == 7 * 24 * 60 * 60 - 9


async def test_grace_holds_when_the_clock_of_another_host_is_behind(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(seconds=5)
    successor = await service.refresh(pair.refresh_token)
    clock.move(seconds=-5)

    again = await service.refresh(pair.refresh_token)

    assert again.refresh_token == successor.refresh_token
    assert await state_of(database) == (2, None)


async def test_same_successor_is_given_by_a_host_with_a_newer_key(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    both = settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY])
    changed = replace(service, tokens=Tokens(both, clock))
    successor = await service.refresh(pair.refresh_token)

    again = await changed.refresh(pair.refresh_token)

    assert again.refresh_token == successor.refresh_token


async def test_grace_ends_when_the_successor_is_used(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    second = await service.refresh(pair.refresh_token)
    third = await service.refresh(second.refresh_token)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (3, "reuse")  # SEC-54
    with pytest.raises(SessionEnded):
        await service.refresh(third.refresh_token)


async def test_grace_is_not_prolonged_by_using_it(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token)
    clock.move(seconds=6)
    await service.refresh(pair.refresh_token)
    clock.move(seconds=6)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)

    assert await state_of(database) == (2, "reuse")


# {% endcall %}
