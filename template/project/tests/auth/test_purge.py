# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Purging deletes rows that ended more than a week ago (SEC-60)."""

import pytest

from app.auth import administration as module
from app.auth.administration import Administration
from app.auth.errors import (
    InvalidCredentials,
)
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named

ANN = Account()


async def test_purge_spares_sessions_that_ended_within_a_week(
    administration: Administration,
    pair: TokenPair,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    clock.move(days=30 + 7)

    assert (await administration.purge())["sessions"] == 0

    clock.move(seconds=1)
    assert (await administration.purge())["sessions"] == 1
    assert memory.tables.sessions == {}


async def test_purge_also_deletes_expired_mails(
    administration: Administration,
    ann: UserProtocol,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    clock.move(days=8)
    kept = await administration.purge()

    clock.move(seconds=1)
    purged = await administration.purge()

    assert (kept["mails"], purged["mails"], memory.tables.mails) == (0, 1, {})


async def test_purge_deletes_more_than_one_batch(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PURGE_BATCH", 2)
    for _ in range(5):
        await log_in(service, ANN)
    clock.move(days=38)

    assert (await administration.purge())["sessions"] == 5


async def test_purge_also_deletes_counts_of_old_attempts(
    administration: Administration,
    service: AsyncAuthService,
    clock: MovableClock,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account_named("nobody"))
    clock.move(days=7)
    nothing = await administration.purge()
    kept = len(memory.tables.throttles)

    clock.move(minutes=15, seconds=1)
    purged = await administration.purge()

    assert nothing == {"sessions": 0, "counts of login attempts": 0, "mails": 0}
    assert purged == {"sessions": 0, "counts of login attempts": 2, "mails": 0}
    assert (kept, len(memory.tables.throttles)) == (2, 0)


# {% endcall %}
