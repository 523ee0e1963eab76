# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Requests of one client address are counted, also while the shared storage is away."""

import logging
from typing import Any

import pytest
from limits import errors
from limits.aio.storage import MemoryStorage, Storage

from app.auth import limits
from app.auth.errors import TooManyRequests
from app.auth.events import EventName, EventRecorder
from app.auth.limits import AddressLimits, network_of
from tests.auth.conftest import settings_with
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock

HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"


class FickleStorage(MemoryStorage):
    """A storage that other processes share, and that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    async def acquire_sliding_window_entry(
        self,
        key: str,
        limit: int,
        expiry: int,
        amount: int = 1,
    ) -> bool:
        if self.away:
            raise errors.StorageError(OSError("connection refused"))
        return await super().acquire_sliding_window_entry(key, limit, expiry, amount)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> FickleStorage:
    """The storage of every AddressLimits of a test."""
    storage = FickleStorage()

    def always(_: str) -> Storage:
        return storage

    monkeypatch.setattr(limits, "_shared_storage", always)
    return storage


def limits_with(
    clock: MovableClock | None = None,
    sink: SeenEvents | None = None,
    **changes: Any,
) -> AddressLimits:
    settings = settings_with(**{"limit_login": "3/hour", **changes})
    clock = clock or MovableClock()
    return AddressLimits(settings, clock, EventRecorder(settings, clock, sink or SeenEvents()))


async def refused(limits: AddressLimits, attempts: int, ip: str = HERE) -> int:
    """Ask so often, and return how many were refused."""
    count = 0
    for _ in range(attempts):
        try:
            await limits.count("login", ip)
        except TooManyRequests:
            count += 1
    return count


async def test_address_is_refused_beyond_its_rate() -> None:
    assert await refused(limits_with(), attempts=5) == 2


async def test_refusal_says_how_long_to_wait() -> None:
    limits = limits_with(limit_login="1/hour")
    await limits.count("login", HERE)

    with pytest.raises(TooManyRequests) as refusal:
        await limits.count("login", HERE)

    assert 1 <= refusal.value.retry_after <= 3600


async def test_every_period_counts() -> None:
    assert await refused(limits_with(limit_login="100/hour;2/day"), attempts=5) == 3


async def test_another_address_is_not_refused() -> None:
    limits = limits_with()
    await refused(limits, attempts=5)

    assert await refused(limits, attempts=3, ip=ELSEWHERE) == 0


async def test_another_action_is_not_refused() -> None:
    limits = limits_with()
    await refused(limits, attempts=5)

    await limits.count("register", HERE)
    await limits.count("refresh", HERE)


async def test_refusal_is_an_event() -> None:
    sink = SeenEvents()
    await refused(limits_with(sink=sink), attempts=4)

    [event] = sink.events
    assert (event.name, event.reason) == (EventName.RATE_LIMIT_EXCEEDED, "login")


async def test_processes_with_one_storage_count_together(shared: FickleStorage) -> None:
    one, other = limits_with(), limits_with()

    assert [await refused(one, attempts=2), await refused(other, attempts=2)] == [0, 1]


async def test_process_counts_for_itself_while_the_storage_is_away(shared: FickleStorage) -> None:
    limits = limits_with()
    await refused(limits, attempts=1)
    shared.away = True

    assert await refused(limits, attempts=5) == 3  # what was counted before still counts (SEC-83)


async def test_outage_is_reported_once(
    shared: FickleStorage,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = limits_with(clock)
    shared.away = True
    for _ in range(3):
        clock.move(minutes=1)
        await refused(limits, attempts=2)

    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1


async def test_storage_that_is_away_is_asked_again_after_a_pause(
    shared: FickleStorage,
    clock: MovableClock,
) -> None:
    one, other = limits_with(clock), limits_with(clock)
    shared.away = True
    await refused(one, attempts=1)
    shared.away = False
    await refused(other, attempts=3)

    before = await refused(one, attempts=1)
    clock.move(seconds=11)
    after = await refused(one, attempts=1)

    assert [before, after] == [0, 1]


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_client_is_an_address_or_a_network(ip: str | None, network: str) -> None:
    assert network_of(ip) == network


# {% endcall %}
