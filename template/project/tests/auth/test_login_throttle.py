# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Wrong passwords delay further logins of an account for a while (SEC-22, SEC-23)."""

import pytest

from app.auth import login_throttle
from app.auth.errors import HashingSaturated, LoginThrottled
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from tests.auth.attempts import attempt, guess
from tests.auth.conftest import log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, account_named, names, with_settings

ANN = Account()

BOB = account_named("bob")

NAMES = names(ANN)

SECRETS = (SECRET_KEY, "9e2b71c4d8305fa6e1947bd2c60fa358")

FIVE_FREE = [None, None, None, None, None, 60]


@pytest.mark.parametrize("name", [*NAMES, "nobody", "nobody@example.com"])
async def test_sixth_attempt_has_to_wait(
    service: AsyncAuthService,
    ann: UserProtocol,
    name: str,
) -> None:
    waits = await guess(service, 7, name)

    assert waits == [*FIVE_FREE, 60]


async def test_longest_wait_is_answered(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5, ANN.email)
    clock.move(minutes=1)
    await attempt(service, NAMES[-1])

    assert await attempt(service, ANN.email) == 120


@pytest.mark.parametrize("name", NAMES)
async def test_right_password_has_to_wait_as_well(
    service: AsyncAuthService,
    ann: UserProtocol,
    name: str,
) -> None:
    """Otherwise the wait would reveal which guess was right."""
    await guess(service, 5, ANN.email)

    with pytest.raises(LoginThrottled):
        await log_in(service, Account(email=name))


async def test_each_further_attempt_waits_longer_up_to_a_quarter_of_an_hour(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5, ANN.email)
    waits: list[int | None] = []

    for _ in range(7):
        wait = await attempt(service)
        waits.append(wait)
        clock.move(seconds=wait or 0)
        assert await attempt(service) is None

    assert waits == [60, 120, 240, 480, 480, 900, 900]


async def test_wait_ends_by_itself(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5, ANN.email)

    clock.move(seconds=59.999)
    with pytest.raises(LoginThrottled):
        await log_in(service, ANN)

    clock.move(seconds=0.001)
    await log_in(service, ANN)


@pytest.mark.parametrize(
    ("minutes", "free"),
    [(14, 1), (15, 2), (29, 2), (30, 3), (74, 5), (1000, 5)],
)
async def test_one_attempt_is_forgotten_in_a_quarter_of_an_hour(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    minutes: float,
    free: int,
) -> None:
    await guess(service, 4, ANN.email)

    clock.move(minutes=minutes)

    waits = await guess(service, 6, ANN.email)
    assert waits.index(60) == free


async def test_first_attempt_blocks_the_next_if_only_one_is_free(
    service: AsyncAuthService,
    ann: UserProtocol,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(login_throttle, "FREE_ATTEMPTS", 1)

    assert await guess(service, 2, ANN.email) == [None, 60]


async def test_login_of_the_owner_changes_nothing_for_those_who_guess(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    """Otherwise a success would show that the account exists, and reset the count."""
    before = await guess(service, 4, ANN.email)
    await log_in(service, ANN)
    after = await guess(service, 2, ANN.email)

    assert [*before, *after] == await guess(service, 6, "nobody")


async def test_login_after_a_wait_blocks_nobody(
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
) -> None:
    await guess(service, 5, ANN.email)
    clock.move(minutes=1)

    await log_in(service, ANN)

    assert await guess(service, 2, ANN.email) == [None, 120]


async def test_right_passwords_never_have_to_wait(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    """A script may keep neither a session nor a device token."""
    for _ in range(20):
        await log_in(service, ANN)


@with_settings(hash_workers=1, hash_queue=0)
@pytest.mark.parametrize("name", [ANN.email, "nobody"])
async def test_attempt_without_a_place_in_the_pool_does_not_count(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    name: str,
) -> None:
    """The response is 503: the password was not checked."""
    with service.tools.hasher.place():
        for _ in range(6):
            with pytest.raises(HashingSaturated):
                await attempt(service, name)

    assert memory.tables.throttles == {}


# {% endcall %}
