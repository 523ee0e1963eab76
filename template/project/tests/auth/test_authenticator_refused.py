# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An access token is valid only while its session is live and its user is active."""

import pytest

from app.auth.authenticator import Authenticator
from app.auth.errors import InvalidToken, SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.wiring import Auth
from tests.auth.conftest import CLIENT, register
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.serving import identify
from tests.steps import Account, account_named, with_settings

STRANGER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
def authenticator(auth: Auth) -> Authenticator:
    return auth.authenticator


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
    await service.logout(pair.refresh_token, CLIENT)

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
    successor = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(minutes=5)

    with pytest.raises(SessionEnded):
        await identify(authenticator, successor.access_token)  # SEC-56


async def test_token_of_a_disabled_user_is_refused(
    authenticator: Authenticator,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    memory.change_user(Account(), is_active=False)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)  # SEC-41


async def test_session_of_one_user_does_not_serve_another(
    authenticator: Authenticator,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    bob = await register(service, account_named("bob"))
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    mixed = await service.tools.tokens.issue_access(user_id=bob.id, session_id=session_id)

    with pytest.raises(SessionEnded):
        await identify(authenticator, mixed)


async def test_token_of_an_unknown_session_is_refused(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    stranger = await service.tools.tokens.issue_access(user_id=ann.id, session_id=STRANGER)

    with pytest.raises(SessionEnded):
        await identify(authenticator, stranger)


# {% endcall %}
