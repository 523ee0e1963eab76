# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""People see where they are signed in, and end what they do not know."""

import pytest

from app.auth.errors import SessionNotFound
from app.auth.opening import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in, register
from tests.conftest import Account, MovableClock
from tests.steps import rows_of

ANN = Account()
BOB = Account(email="bob@example.com", username="bob")
STRANGER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
async def bob(service: AsyncAuthService) -> UserProtocol:
    return await register(service, BOB)


async def reasons_of(database: Database) -> list[str | None]:
    """Return why each session was revoked, in the order of their logins."""
    sessions = await rows_of(database, AuthSession)
    sessions.sort(key=lambda session: session.created_at)
    return [session.revoked_reason for session in sessions]


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


async def test_only_live_sessions_of_oneself_are_listed(
    service: AsyncAuthService,
    ann: UserProtocol,
    bob: UserProtocol,
    pair: TokenPair,
) -> None:
    await service.logout(pair.access_token)
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
    database: Database,
) -> None:
    session_id = service.tokens.session_of(pair.access_token)

    await service.end_session(ann, session_id)

    assert await reasons_of(database) == ["ended_by_user"]


async def test_session_of_another_is_not_found(
    service: AsyncAuthService,
    bob: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    session_id = service.tokens.session_of(pair.access_token)

    with pytest.raises(SessionNotFound):
        await service.end_session(bob, session_id)

    assert await reasons_of(database) == [None]


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
    database: Database,
) -> None:
    await service.logout(pair.access_token)

    with pytest.raises(SessionNotFound):
        await service.end_session(ann, service.tokens.session_of(pair.access_token))

    assert await reasons_of(database) == ["logout"]


async def test_session_that_expired_is_not_found(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    session_id = service.tokens.session_of(pair.access_token)
    clock.move(days=7)

    with pytest.raises(SessionNotFound):
        await service.end_session(ann, session_id)


async def test_all_other_sessions_end_but_not_the_current_or_of_others(
    service: AsyncAuthService,
    ann: UserProtocol,
    bob: UserProtocol,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(seconds=1)
    current = await log_in(service, ANN)
    clock.move(seconds=1)
    await log_in(service, BOB)

    await service.end_other_sessions(ann, service.tokens.session_of(current.access_token))

    assert await reasons_of(database) == ["ended_by_user", None, None]


# {% endcall %}
