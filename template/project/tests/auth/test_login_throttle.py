# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Wrong passwords delay further logins of an account for a while (SEC-22, SEC-23)."""

import hmac
import re

import pytest

from app.auth import login_throttle
from app.auth.errors import HashingSaturated, InvalidCredentials, LoginThrottled
from app.auth.login_throttle import Attempt, LoginThrottle
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in, register, settings_with
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, account_named, names, with_settings

ANN = Account()
BOB = account_named("bob")
NAMES = names(ANN)
SECRETS = (SECRET_KEY, "9e2b71c4d8305fa6e1947bd2c60fa358")
FIVE_FREE = [None, None, None, None, None, 60]


async def attempt(service: AsyncAuthService, name: str = ANN.email) -> int | None:
    """Try a wrong password. Return the seconds to wait, or None if it was checked."""
    try:
        await log_in(service, Account(email=name, password="a wrong guess"))
    except LoginThrottled as error:
        return error.retry_after
    except InvalidCredentials:
        return None
    pytest.fail("a wrong password was accepted")


async def guess(service: AsyncAuthService, times: int, *names: str) -> list[int | None]:
    """Try wrong passwords, with one name after another."""
    waits: list[int | None] = []
    for number in range(times):
        wait = await attempt(service, names[number % len(names)])
        waits.append(wait)
    return waits


@pytest.mark.parametrize("name", [*NAMES, "nobody", "nobody@example.com"])
async def test_sixth_attempt_has_to_wait(
    service: AsyncAuthService,
    ann: UserProtocol,
    name: str,
) -> None:
    waits = await guess(service, 7, name)

    assert waits == [*FIVE_FREE, 60]


@pytest.mark.parametrize("name", ["x" * 300, "a\ud800", "a\nb"])
async def test_name_that_no_account_can_have_is_not_counted(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    name: str,
) -> None:
    waits = await guess(service, 7, name)

    assert waits == [None] * 7
    assert memory.tables.throttles == {}


async def test_username_and_email_count_together(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    """Otherwise an attacker who knows both names has twice as many guesses."""
    waits = await guess(service, 6, *NAMES)

    assert waits == FIVE_FREE


async def test_refused_attempt_counts_nowhere(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    """The other name was not typed before, so only the account must wait."""
    await guess(service, 5, ANN.email)
    before = memory.tables.throttles

    assert await attempt(service, NAMES[-1]) == 60

    assert memory.tables.throttles == before


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


async def test_spellings_of_a_name_count_together(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    for spelling in ("ann", "Ann", "ann ", "\uff41nn", "an\u200bn"):
        await attempt(service, spelling)

    assert await attempt(service, "ANN") == 60


async def test_spellings_of_a_domain_count_together(service: AsyncAuthService) -> None:
    spellings = ("ex\u00e4mple.de", "xn--exmple-cua.de", "EX\u00c4MPLE.DE", "ex\u00e4mple\u3002de")

    for spelling in (*spellings, "ex\u00e4mple.de "):
        await attempt(service, f"ann@{spelling}")

    assert await attempt(service, "ann@ex\u00e4mple.de") == 60


async def test_others_sign_in_meanwhile(service: AsyncAuthService, ann: UserProtocol) -> None:
    await register(service, BOB)
    await guess(service, 5, ANN.email)

    await log_in(service, BOB)


async def test_sessions_of_the_owner_stay_live(service: AsyncAuthService, pair: TokenPair) -> None:
    await guess(service, 5, ANN.email)

    await service.refresh(pair.refresh_token, CLIENT)


async def test_name_of_nobody_counts_under_as_many_keys(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    """The same number of statements takes the same time (SEC-21), also without a hash."""
    await attempt(service, ANN.email)
    of_ann = len(memory.tables.throttles)

    await attempt(service, "nobody")

    assert (of_ann, len(memory.tables.throttles)) == (2, 4)


async def test_accounts_count_apart(service: AsyncAuthService, ann: UserProtocol) -> None:
    await register(service, BOB)
    await guess(service, 5, ANN.email)

    assert await guess(service, 6, BOB.email) == FIVE_FREE


async def test_typed_name_is_not_stored(
    service: AsyncAuthService,
    memory: MemoryTransactions,
) -> None:
    """Users sometimes type a password into the name field (SEC-90)."""
    await attempt(service, "my secret password")

    keys = memory.tables.throttles
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


async def test_keys_never_change(ann: UserProtocol, clock: MovableClock) -> None:
    """A version that counts under other keys forgets every guess."""
    secret = hmac.digest(SECRET_KEY.encode(), b"login throttle", "sha256")

    def digest(text: str) -> str:
        return hmac.digest(secret, text.encode(), "sha256").hex()

    def at_account(client: str) -> str:
        return digest(f"account {ann.id}")[:32] + digest(f"{ann.id} {client}")[:32]

    throttle = LoginThrottle(settings_with(), clock)
    name = digest("name ann")
    assert [
        throttle.by_stranger("ann", ann),
        throttle.by_stranger("ann", None),
        throttle.by_device(ann, "1f"),
        throttle.by_session(ann, "2e"),
    ] == [
        Attempt((name, at_account("stranger"))),
        Attempt((name, digest(f"no account {name}"))),
        Attempt((at_account("device 1f"),), is_trusted=True),
        Attempt((at_account("session 2e"),), is_trusted=True),
    ]


def test_keys_cannot_be_computed_without_the_secret(clock: MovableClock) -> None:
    throttles = [LoginThrottle(settings_with(secret_key=key), clock) for key in SECRETS]

    one, other = (throttle.by_stranger("ann", None) for throttle in throttles)

    assert set(one.keys).isdisjoint(other.keys)


# {% endcall %}
