# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Attempts are counted per key. After the free ones, each delays the next; then they decay."""

from datetime import datetime, timedelta

import pytest

from app.auth.protocols import Transactions
from tests.auth.contract.conftest import MINUTE, NOW
from tests.serving import race

FREE = 3
DECAY = 5 * MINUTE
DELAYS = (MINUTE, 3 * MINUTE)
TICK = timedelta(milliseconds=1)
CLOCK_TOLERANCE = timedelta(seconds=1)


async def count(
    transactions: Transactions,
    *,
    key: str = "ab12",
    now: datetime = NOW,
    free_attempts: int = FREE,
) -> datetime | None:
    return await transactions.run(
        lambda store: store.throttles.count(
            key,
            now=now,
            decay=DECAY,
            delays=DELAYS,
            free_attempts=free_attempts,
        ),
    )


async def give_back(transactions: Transactions, key: str = "ab12") -> None:
    await transactions.run(lambda store: store.throttles.give_back(key, decay=DECAY))


async def forget(transactions: Transactions, prefix: str) -> None:
    await transactions.run(lambda store: store.throttles.forget(prefix))


async def attempts_left(transactions: Transactions, *, now: datetime = NOW) -> int:
    """Return how many attempts are counted before one must wait."""
    for number in range(FREE + 1):
        blocked_until = await count(transactions, now=now)
        if blocked_until is not None:
            return number
    pytest.fail("no attempt has to wait")


async def test_attempt_after_the_free_ones_has_to_wait(transactions: Transactions) -> None:
    assert await attempts_left(transactions) == FREE
    assert await count(transactions) == NOW + MINUTE


async def test_first_attempt_blocks_the_next_if_only_one_is_free(
    transactions: Transactions,
) -> None:
    first = await count(transactions, free_attempts=1)
    second = await count(transactions, free_attempts=1)

    assert (first, second) == (None, NOW + MINUTE)


async def test_refused_attempt_does_not_prolong_the_wait(transactions: Transactions) -> None:
    await attempts_left(transactions)
    await count(transactions, now=NOW + MINUTE - TICK)

    assert await count(transactions, now=NOW + MINUTE - TICK) == NOW + MINUTE
    assert await count(transactions, now=NOW + MINUTE) is None


async def test_each_attempt_after_a_wait_delays_the_next_up_to_the_last_delay(
    transactions: Transactions,
) -> None:
    await attempts_left(transactions)
    waits: list[timedelta] = []
    now = NOW

    for _ in range(4):
        blocked_until = await count(transactions, now=now)
        assert blocked_until is not None
        waits.append(blocked_until - now)
        now = blocked_until
        assert await count(transactions, now=now) is None

    assert waits == [MINUTE, 3 * MINUTE, 3 * MINUTE, 3 * MINUTE]


@pytest.mark.parametrize(
    ("quiet", "left"),
    [
        (2 * DECAY - CLOCK_TOLERANCE - TICK, 1),
        (2 * DECAY - CLOCK_TOLERANCE, 2),
        (3 * DECAY, 3),
        (30 * DECAY, 3),
    ],
)
async def test_attempts_are_forgotten_one_by_one(
    transactions: Transactions,
    quiet: timedelta,
    left: int,
) -> None:
    await attempts_left(transactions)

    assert await attempts_left(transactions, now=NOW + quiet) == left


async def test_attempt_that_overtook_a_later_one_counts_once(transactions: Transactions) -> None:
    """Requests wait for each other after they have read the clock, and clocks differ."""
    moments = [NOW - number * CLOCK_TOLERANCE / 10 for number in range(FREE + 1)]

    blocked_until = [await count(transactions, now=now) for now in moments]

    assert blocked_until == [None] * FREE + [moments[FREE - 1] + MINUTE]


async def test_attempt_that_is_given_back_was_never_made(transactions: Transactions) -> None:
    await count(transactions)
    await count(transactions)

    await give_back(transactions)

    assert await attempts_left(transactions) == FREE - 1


async def test_attempt_that_is_given_back_blocks_nobody(transactions: Transactions) -> None:
    await attempts_left(transactions)

    await give_back(transactions)

    assert await count(transactions) is None
    assert await count(transactions) == NOW + MINUTE


async def test_attempt_of_an_unknown_key_is_given_back_without_an_error(
    transactions: Transactions,
) -> None:
    await give_back(transactions)

    assert await attempts_left(transactions) == FREE


async def test_giving_back_changes_no_other_key(transactions: Transactions) -> None:
    await count(transactions)
    await count(transactions, key="ab13")

    await give_back(transactions, "ab13")

    assert await attempts_left(transactions) == FREE - 1


@pytest.mark.parametrize("prefix", ["ab12", "ab1", "a"])
async def test_keys_with_a_prefix_start_again(transactions: Transactions, prefix: str) -> None:
    await attempts_left(transactions)

    await forget(transactions, prefix)

    assert await attempts_left(transactions) == FREE


@pytest.mark.parametrize("prefix", ["ab11", "ab13", "aa", "ac", "ab12f", "b", "9"])
async def test_keys_without_the_prefix_are_not_forgotten(
    transactions: Transactions,
    prefix: str,
) -> None:
    await attempts_left(transactions)

    await forget(transactions, prefix)

    assert await count(transactions) == NOW + MINUTE


@pytest.mark.parametrize("digit", ["0", "9", "a", "f"])
async def test_prefix_covers_every_digit_after_it(transactions: Transactions, digit: str) -> None:
    await count(transactions, key=f"ab{digit * 4}", free_attempts=1)

    await forget(transactions, "ab")

    assert await count(transactions, key=f"ab{digit * 4}", free_attempts=1) is None


async def test_keys_are_counted_apart(transactions: Transactions) -> None:
    await attempts_left(transactions)

    assert await count(transactions, key="ab13") is None


@pytest.mark.parametrize(("forgotten_before", "purged"), [(DECAY, 0), (DECAY + TICK, 1)])
async def test_only_keys_without_attempts_are_purged(
    transactions: Transactions,
    forgotten_before: timedelta,
    purged: int,
) -> None:
    await count(transactions)

    number = await transactions.run(
        lambda store: store.throttles.purge(forgotten_before=NOW + forgotten_before, limit=10),
    )

    assert number == purged
    assert await attempts_left(transactions) == (FREE if purged else FREE - 1)


async def test_purge_deletes_no_more_than_the_limit(transactions: Transactions) -> None:
    for key in ("ann", "bob", "eve"):
        await count(transactions, key=key)
    numbers: list[int] = []

    for _ in range(3):
        number = await transactions.run(
            lambda store: store.throttles.purge(forgotten_before=NOW + 2 * DECAY, limit=2),
        )
        numbers.append(number)

    assert numbers == [2, 1, 0]


async def test_concurrent_attempts_are_counted_one_by_one(transactions: Transactions) -> None:
    blocked_until = await race(20, lambda _: count(transactions))

    assert sorted(moment is None for moment in blocked_until) == [False] * 17 + [True] * FREE


# {% endcall %}
