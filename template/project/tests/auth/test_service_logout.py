# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A logout accepts either token of a session and never fails."""

from dataclasses import replace

import pytest

from app.auth.events import EventName
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock
from tests.steps import Account, with_settings


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


def reasons_of(memory: MemoryTransactions) -> list[str | None]:
    """Return the revocation reason of each session, in login order."""
    return [session.revoked_reason for session in memory.tables.sessions.values()]


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
async def test_either_token_logs_out(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
    token: str,
) -> None:
    await service.logout(getattr(pair, token), CLIENT)

    (session,) = memory.tables.sessions.values()
    assert (session.revoked_reason, session.revoked_at) == ("logout", clock.now)


@pytest.mark.parametrize(("days", "reason"), [(6, "logout"), (8, None)])
async def test_access_token_that_expired_within_a_week_logs_out(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
    days: int,
    reason: str | None,
) -> None:
    """Or who finds an old token could end a session that still lives (SEC-58)."""
    clock.move(days=4)
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(days=days - 4)

    await service.logout(pair.access_token, CLIENT)

    assert reasons_of(memory) == [reason]


@with_settings(refresh_grace_seconds=0)
async def test_superseded_refresh_token_is_reuse(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)

    await service.logout(pair.refresh_token, CLIENT)

    assert reasons_of(memory) == ["reuse"]
    assert event_sink.events[-1].name == EventName.TOKEN_REUSE  # SEC-49


async def test_refresh_token_logs_out_while_its_successor_is_under_way(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    """One page refreshes while another one logs out."""
    await service.refresh(pair.refresh_token, CLIENT)

    await service.logout(pair.refresh_token, CLIENT)

    assert reasons_of(memory) == ["logout"]


async def test_refresh_token_that_is_ahead_of_a_restored_backup_logs_nobody_out(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    successor = await service.refresh(pair.refresh_token, CLIENT)
    (session,) = memory.tables.sessions.values()
    memory.tables.sessions[session.id] = replace(session, generation=1)

    await service.logout(successor.refresh_token, CLIENT)

    assert reasons_of(memory) == [None]


async def test_second_logout_changes_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    first = clock.now
    await service.logout(pair.access_token, CLIENT)
    clock.move(minutes=1)

    await service.logout(pair.refresh_token, CLIENT)

    (session,) = memory.tables.sessions.values()
    assert session.revoked_at == first


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "=" * 5000])
async def test_garbage_ends_no_session(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    token: str,
) -> None:
    await service.logout(token, CLIENT)

    assert reasons_of(memory) == [None]


async def test_forged_token_ends_no_session(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    content, _, signature = pair.access_token.rpartition(".")

    await service.logout(f"{content}.{signature[::-1]}", CLIENT)

    assert reasons_of(memory) == [None]


async def test_logout_leaves_other_sessions_alone(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(seconds=1)
    await log_in(service, Account())

    await service.logout(pair.access_token, CLIENT)

    assert reasons_of(memory) == ["logout", None]


# {% endcall %}
