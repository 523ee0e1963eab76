# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Rate limits per client address, also during an outage of the shared storage."""

import logging
from typing import Any

import pytest
from limits import errors
from limits.aio.storage import MemoryStorage, Storage

from app.auth import address_limits
from app.auth.address_limits import AddressLimits, Caller
from app.auth.errors import TooManyRequests
from app.auth.events import EventName, EventRecorder
from tests.auth.conftest import settings_with
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock

HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"
REDIS = "redis://storage:6379"


class FickleStorage(MemoryStorage):
    """A shared storage that can be unavailable."""

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
    """The storage that every AddressLimits of a test shares."""
    storage = FickleStorage()

    def always(_: str) -> Storage:
        return storage

    monkeypatch.setattr(address_limits, "_shared_storage", always)
    return storage


def limits_with(
    clock: MovableClock | None = None,
    sink: SeenEvents | None = None,
    **changes: Any,
) -> AddressLimits:
    settings = settings_with(**{"limit_login": "3/hour", **changes})
    clock = clock or MovableClock()
    return AddressLimits(settings, clock, EventRecorder(settings, clock, sink or SeenEvents()))


async def count_refusals(
    limits: AddressLimits,
    attempts: int,
    ip: str = HERE,
    caller: Caller = "anybody",
) -> int:
    """Make this number of attempts and return how many are refused."""
    count = 0
    for _ in range(attempts):
        try:
            await limits.count("login", ip, caller)
        except TooManyRequests:
            count += 1
    return count


async def test_address_is_refused_beyond_its_rate() -> None:
    assert await count_refusals(limits_with(), attempts=5) == 2


async def test_refusal_says_how_long_to_wait() -> None:
    limits = limits_with(limit_login="1/hour")
    await limits.count("login", HERE)

    with pytest.raises(TooManyRequests) as refusal:
        await limits.count("login", HERE)

    assert 1 <= refusal.value.retry_after <= 3600


async def test_every_period_counts() -> None:
    assert await count_refusals(limits_with(limit_login="100/hour;2/day"), attempts=5) == 3


async def test_another_address_is_not_refused() -> None:
    limits = limits_with()
    await count_refusals(limits, attempts=5)

    assert await count_refusals(limits, attempts=3, ip=ELSEWHERE) == 0


async def test_another_action_is_not_refused() -> None:
    limits = limits_with()
    await count_refusals(limits, attempts=5)

    await limits.count("register", HERE)
    await limits.count("refresh", HERE)
    await limits.count("logout", HERE)


@pytest.mark.parametrize("caller", ["without token", "foreign page"])
async def test_callers_of_a_kind_are_counted_apart(caller: Caller) -> None:
    limits = limits_with()

    assert await count_refusals(limits, attempts=5, caller=caller) == 2
    assert await count_refusals(limits, attempts=3) == 0


@pytest.mark.parametrize(
    ("neighbour", "allowed"),
    [("2001:db8:0:0:{}::1", 3), ("2001:db8:0:{}::1", 12), ("2001:db8:0:{}00::1", 48)],
    ids=["in one /64", "in one /56", "in one /48"],
)
async def test_network_has_a_larger_allowance_than_an_address(
    neighbour: str,
    allowed: int,
) -> None:
    """Or who has many networks could ask as often as they have addresses."""
    limits = limits_with()

    admitted = 0
    for number in range(1, 20):
        refusals = await count_refusals(limits, attempts=3, ip=neighbour.format(f"{number:x}"))
        admitted += 3 - refusals

    assert admitted == allowed


async def test_refused_address_uses_up_nothing_of_its_network() -> None:
    limits = limits_with()
    await count_refusals(limits, attempts=100, ip="2001:db8::1")

    assert await count_refusals(limits, attempts=3, ip="2001:db8:0:1::1") == 0


async def test_refusal_is_an_event() -> None:
    sink = SeenEvents()
    await count_refusals(limits_with(sink=sink), attempts=4)

    [event] = sink.events
    assert (event.name, event.reason) == (EventName.RATE_LIMIT_EXCEEDED, "login")


async def test_processes_with_one_storage_count_together(shared: FickleStorage) -> None:
    one, other = limits_with(limit_storage=REDIS), limits_with(limit_storage=REDIS)

    assert [await count_refusals(one, attempts=2), await count_refusals(other, attempts=2)] == [
        0,
        1,
    ]


async def test_process_counts_for_itself_while_the_storage_is_away(shared: FickleStorage) -> None:
    limits = limits_with(limit_storage=REDIS)
    await count_refusals(limits, attempts=1)
    shared.away = True

    assert await count_refusals(limits, attempts=5) == 3  # earlier counts are kept (SEC-83)


async def test_outage_is_reported_once(
    shared: FickleStorage,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = limits_with(clock, limit_storage=REDIS)
    shared.away = True
    for _ in range(3):
        clock.move(minutes=1)
        await count_refusals(limits, attempts=2)

    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1


async def test_storage_that_is_away_is_asked_again_after_a_pause(
    shared: FickleStorage,
    clock: MovableClock,
) -> None:
    one, other = limits_with(clock, limit_storage=REDIS), limits_with(clock, limit_storage=REDIS)
    shared.away = True
    await count_refusals(one, attempts=1)
    shared.away = False
    await count_refusals(other, attempts=3)

    before = await count_refusals(one, attempts=1)
    clock.move(seconds=11)
    after = await count_refusals(one, attempts=1)

    assert [before, after] == [0, 1]


async def test_storage_that_cannot_be_reached_prevents_no_start() -> None:
    """The client of a cluster may connect when it is created."""
    limits = limits_with(limit_storage="redis+cluster://127.0.0.1:1")

    assert await count_refusals(limits, attempts=5) == 2
    assert not await limits.is_shared()
    await limits.close()


# {% endcall %}
