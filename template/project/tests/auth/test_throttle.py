# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Guessing the password of an account gets slower and slower, for a while (SEC-22, SEC-23)."""

import hashlib

import pytest

from app.auth.errors import InvalidCredentials, LoginThrottled
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthThrottle
from tests.auth.conftest import log_in, register
from tests.conftest import Account, MovableClock
from tests.serving import race
from tests.steps import rows_of

ANN = Account()
BOB = Account(email="bob@example.com", username="bob")


async def attempt(service: AsyncAuthService, username: str = "ann") -> int | None:
    """Guess wrongly; return how many seconds one has to wait, or None if it was looked at."""
    try:
        await log_in(service, Account(username=username, password="a wrong guess"))
    except LoginThrottled as error:
        return error.retry_after
    except InvalidCredentials:
        return None
    pytest.fail("a wrong password was accepted")


async def guess(service: AsyncAuthService, times: int, username: str = "ann") -> list[int | None]:
    waits: list[int | None] = []
    for _ in range(times):
        wait = await attempt(service, username)
        waits.append(wait)
    return waits


async def test_sixth_attempt_has_to_wait(service: AsyncAuthService, ann: UserProtocol) -> None:
    waits = await guess(service, 7)

    assert waits == [None, None, None, None, None, 60, 60]


async def test_right_password_has_to_wait_as_well(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    """Otherwise the wait would tell a guesser which guess was right."""
    await guess(service, 5)

    with pytest.raises(LoginThrottled):
        await log_in(service, ANN)


async def test_unknown_name_waits_like_a_known_one(service: AsyncAuthService) -> None:
    waits = await guess(service, 6, "nobody")

    assert waits == [None, None, None, None, None, 60]


async def test_each_further_attempt_waits_longer_up_to_a_quarter_of_an_hour(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5)
    waits: list[int | None] = []

    for _ in range(6):
        wait = await attempt(service)
        waits.append(wait)
        clock.move(seconds=wait or 0)
        assert await attempt(service) is None

    assert waits == [60, 120, 240, 480, 900, 900]


async def test_wait_ends_by_itself(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5)

    clock.move(seconds=59.999)
    with pytest.raises(LoginThrottled):
        await log_in(service, ANN)

    clock.move(seconds=0.001)
    await log_in(service, ANN)


async def test_success_starts_afresh(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    await guess(service, 4)

    await log_in(service, ANN)

    assert await rows_of(database, AuthThrottle) == []
    assert await guess(service, 6) == [None, None, None, None, None, 60]


async def test_attempts_are_forgotten_after_half_an_hour(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 4)

    clock.move(minutes=30, seconds=1)

    assert await guess(service, 6) == [None, None, None, None, None, 60]


async def test_spellings_of_a_name_count_together(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await guess(service, 5, "ann")

    assert await attempt(service, "ANN") == 60


async def test_others_sign_in_meanwhile(service: AsyncAuthService, ann: UserProtocol) -> None:
    await register(service, BOB)
    await guess(service, 5)

    await log_in(service, BOB)


async def test_sessions_of_the_owner_go_on(service: AsyncAuthService, pair: TokenPair) -> None:
    await guess(service, 5)

    await service.refresh(pair.refresh_token)


async def test_attempts_at_the_same_time_are_not_more_than_in_a_row(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    waits = await race(20, lambda _: attempt(service))

    assert sorted(waits, key=lambda wait: wait or 0) == [None] * 5 + [60] * 15


async def test_what_was_typed_is_not_stored(
    service: AsyncAuthService,
    database: Database,
) -> None:
    """People type passwords where their name belongs (SEC-90)."""
    await attempt(service, "my secret password")

    (row,) = await rows_of(database, AuthThrottle)
    assert len(row.key) == 64
    assert row.key != hashlib.sha256(b"my secret password").hexdigest()


# {% endcall %}
