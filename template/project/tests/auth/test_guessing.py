# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The guesses at an account are bounded, whatever the names and the pauses of a guesser."""

from datetime import datetime, timedelta

import pytest

from app.auth.errors import LoginThrottled
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from tests.conftest import MovableClock
from tests.steps import Account, names

HOURS = 48
MOST_GUESSES = 200  # at an account in these hours: the number that the documentation states
NAMES = {
    "one name": names(Account())[:1],
    "both names": names(Account()),
}
# How long a guesser pauses after so many guesses. A refused guess is repeated after its wait.
PAUSES = {f"{minutes} minutes": timedelta(minutes=minutes) for minutes in (0, 15, 31, 60, 135)}
GUESSES_IN_A_ROW = (1, 5, 6, 7, 8, 9, 12)


async def wait_for(service: AsyncAuthService, user: UserProtocol, name: str) -> int:
    """Count a guess; return the seconds to wait if it is refused, and 0 if it is admitted."""
    throttle = service.tools.throttle
    attempt = throttle.by_stranger(name, user)
    try:
        await service.tools.transactions.run(lambda store: throttle.count(attempt, store))
    except LoginThrottled as error:
        return error.retry_after
    return 0


async def guesses(
    service: AsyncAuthService,
    user: UserProtocol,
    clock: MovableClock,
    names: list[str],
    in_a_row: int,
    pause: timedelta,
) -> int:
    """Return how many guesses are admitted in 48 hours."""
    end: datetime = clock.now + timedelta(hours=HOURS)
    admitted = 0
    while clock.now < end:
        wait = await wait_for(service, user, names[admitted % len(names)])
        clock.move(seconds=wait)
        if not wait:
            admitted += 1
            clock.now += pause if admitted % in_a_row == 0 else timedelta(0)
    return admitted


@pytest.mark.parametrize("in_a_row", GUESSES_IN_A_ROW)
@pytest.mark.parametrize("pause", PAUSES.values(), ids=PAUSES)
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
async def test_no_guesser_has_more_guesses_than_documented(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    names: list[str],
    pause: timedelta,
    in_a_row: int,
) -> None:
    assert await guesses(service, ann, clock, names, in_a_row, pause) <= MOST_GUESSES


async def test_guesser_who_never_pauses_has_as_many_as_documented(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    never = timedelta(0)

    assert await guesses(service, ann, clock, NAMES["one name"], 1, never) == MOST_GUESSES


# {% endcall %}
