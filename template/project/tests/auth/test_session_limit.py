# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A user has at most `max_sessions` sessions; the oldest make room (ASVS 7.1.2)."""

import pytest

from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in, register, settings_with
from tests.conftest import Account, MovableClock
from tests.steps import rows_of

ANN = Account()


@pytest.fixture
def auth_settings() -> AuthSettings:
    return settings_with(max_sessions=2, limit_login="1000/minute")


async def logged_in_in_turn(
    service: AsyncAuthService,
    clock: MovableClock,
    times: int,
) -> list[str]:
    """Open so many sessions of ann, a minute apart; return their ids, the oldest first."""
    ids = []
    for _ in range(times):
        clock.move(minutes=1)
        pair = await log_in(service, ANN)
        ids.append(service.tokens.session_of(pair.access_token))
    return ids


async def test_oldest_session_makes_room(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    database: Database,
) -> None:
    oldest, second, newest = await logged_in_in_turn(service, clock, 3)

    rows = await rows_of(database, AuthSession)
    reasons = {row.id: row.revoked_reason for row in rows}
    assert reasons == {oldest: "too_many_sessions", second: None, newest: None}


async def test_ended_session_takes_no_room(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    first, second = await logged_in_in_turn(service, clock, 2)
    await service.end_session(ann, second)

    [third] = await logged_in_in_turn(service, clock, 1)

    live = await service.list_sessions(ann)
    assert [session.id for session in live] == [third, first]


async def test_sessions_of_others_do_not_count(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    bob = await register(service, Account("bob@example.com", "bob"))
    await log_in(service, Account("bob@example.com", "bob"))

    await logged_in_in_turn(service, clock, 3)

    assert len(await service.list_sessions(bob)) == 1


# {% endcall %}
