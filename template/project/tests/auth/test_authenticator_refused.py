# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An access token counts only as long as its session and its user do."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from app.auth.authenticator import Authenticator
from app.auth.errors import InvalidToken, SessionEnded
from app.auth.ext.components import AuthComponents
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession, User
from tests.auth.conftest import log_in, register
from tests.conftest import Account, MovableClock
from tests.serving import identify
from tests.steps import change_user, with_settings

STRANGER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
def authenticator(components: AuthComponents) -> Authenticator:
    return components.authenticator


async def delete_user(database: Database, user_id: int) -> None:
    async with database.session() as session:
        await session.delete(await session.get_one(User, user_id))
        await session.commit()


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
async def test_garbage_is_refused(authenticator: Authenticator, token: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        await identify(authenticator, token)

    assert refusal.type is InvalidToken


async def test_refresh_token_is_refused(authenticator: Authenticator, pair: TokenPair) -> None:
    with pytest.raises(InvalidToken) as refusal:
        await identify(authenticator, pair.refresh_token)

    assert refusal.type is InvalidToken  # SEC-57


async def test_expired_token_is_refused(
    authenticator: Authenticator,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(minutes=15, seconds=10)

    with pytest.raises(InvalidToken) as refusal:
        await identify(authenticator, pair.access_token)

    assert refusal.type is InvalidToken


async def test_token_of_a_revoked_session_is_refused(
    authenticator: Authenticator,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    await service.logout(pair.refresh_token)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)  # SEC-40


@with_settings(access_minutes=24 * 60, refresh_days=1)
async def test_token_of_an_idle_session_is_refused(
    authenticator: Authenticator,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(days=1)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)


@with_settings(refresh_days=1, session_days=1)
async def test_token_of_a_session_at_its_absolute_end_is_refused(
    authenticator: Authenticator,
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    clock.move(hours=23, minutes=55)
    successor = await service.refresh(pair.refresh_token)
    clock.move(minutes=5)

    with pytest.raises(SessionEnded):
        await identify(authenticator, successor.access_token)  # SEC-56


async def test_absolute_end_that_was_brought_forward_counts(
    authenticator: Authenticator,
    database: Database,
    clock: MovableClock,
    pair: TokenPair,
) -> None:
    async with database.session() as session:
        await session.execute(update(AuthSession).values(absolute_expires_at=clock.now))
        await session.commit()

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)


async def test_token_of_a_disabled_user_is_refused(
    authenticator: Authenticator,
    pair: TokenPair,
    database: Database,
) -> None:
    await change_user(database, Account(), is_active=False)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)  # SEC-41


async def test_token_of_a_deleted_user_is_refused(
    authenticator: Authenticator,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    await delete_user(database, ann.id)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)


async def test_token_of_a_deleted_user_is_not_revived_by_the_next(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    await delete_user(database, ann.id)
    namesake = await register(service, Account())
    await log_in(service, Account())

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)

    assert namesake.id != ann.id  # SEC-38


async def test_session_of_one_user_does_not_serve_another(
    authenticator: Authenticator,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    bob = await register(service, replace(Account(), email="bob@example.com", username="bob"))
    session_id = service.tokens.session_of(pair.access_token)

    mixed = await service.tokens.issue_access(user_id=bob.id, session_id=session_id)

    with pytest.raises(SessionEnded):
        await identify(authenticator, mixed)


async def test_token_of_no_session_is_refused(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    stranger = await service.tokens.issue_access(user_id=ann.id, session_id=STRANGER)

    with pytest.raises(SessionEnded):
        await identify(authenticator, stranger)


# {% endcall %}
