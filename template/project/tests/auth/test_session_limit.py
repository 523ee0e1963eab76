# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A user has at most `max_sessions` sessions. A login ends the oldest (ASVS 7.1.2)."""

import pytest

from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from tests.auth.conftest import log_in, register, settings_with
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named

ANN = Account()


@pytest.fixture
def auth_settings() -> AuthSettings:
    return settings_with(max_sessions=2, limit_login="1000/minute")


async def log_in_repeatedly(
    service: AsyncAuthService,
    clock: MovableClock,
    times: int,
) -> list[str]:
    """Log ann in once a minute. Return the session IDs, oldest first."""
    ids = []
    for _ in range(times):
        clock.move(minutes=1)
        pair = await log_in(service, ANN)
        ids.append(service.tools.tokens.read_session_id(pair.access_token))
    return ids


async def test_login_beyond_the_limit_ends_the_oldest_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    oldest, second, newest = await log_in_repeatedly(service, clock, 3)

    rows = memory.tables.sessions.values()
    reasons = {row.id: row.revoked_reason for row in rows}
    assert reasons == {oldest: "too_many_sessions", second: None, newest: None}


async def test_ended_session_does_not_count(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    first, second = await log_in_repeatedly(service, clock, 2)
    await service.end_session(ann, second)

    [third] = await log_in_repeatedly(service, clock, 1)

    live = await service.list_sessions(ann)
    assert [session.id for session in live] == [third, first]


async def test_sessions_of_others_do_not_count(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    bob = await register(service, account_named("bob"))
    await log_in(service, account_named("bob"))

    await log_in_repeatedly(service, clock, 3)

    assert len(await service.list_sessions(bob)) == 1


# {% endcall %}
