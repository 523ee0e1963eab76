# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Reuse of a superseded token indicates theft and ends its session (RFC 9700, section 4.14)."""

import pytest

from app.auth.errors import SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in, state_of
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, with_settings


async def test_after_the_grace_the_session_ends(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    successor = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=30)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "reuse")  # SEC-49
    with pytest.raises(SessionEnded):
        await service.refresh(successor.refresh_token, CLIENT)


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_the_session_ends_at_once(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "reuse")


@with_settings(refresh_grace_seconds=0)
async def test_without_grace_a_clock_behind_makes_no_difference(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(seconds=5)
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=-5)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "reuse")


async def test_second_reuse_finds_the_session_ended_already(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=30)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)
    (first,) = memory.tables.sessions.values()
    clock.move(seconds=30)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    (second,) = memory.tables.sessions.values()
    assert second.revoked_at == first.revoked_at


async def test_reuse_ends_no_other_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    other = await log_in(service, Account())
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=30)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    (live,) = await service.list_sessions(ann)

    assert live.id == service.tools.tokens.read_session_id(other.access_token)


# {% endcall %}
