# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Attempts count for an account in every spelling of its names, and for no other (SEC-22)."""

import hmac
import re

import pytest

from app.auth.login_throttle import Attempt, LoginThrottle
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.attempts import attempt, guess
from tests.auth.conftest import CLIENT, log_in, register, settings_with
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, account_named, names

ANN = Account()

BOB = account_named("bob")

NAMES = names(ANN)

SECRETS = (SECRET_KEY, "9e2b71c4d8305fa6e1947bd2c60fa358")

FIVE_FREE = [None, None, None, None, None, 60]


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
        Attempt((at_account("stranger"), name)),
        Attempt((digest(f"no account {name}"), name)),
        Attempt((at_account("device 1f"),), is_trusted=True),
        Attempt((at_account("session 2e"),), is_trusted=True),
    ]


def test_keys_cannot_be_computed_without_the_secret(clock: MovableClock) -> None:
    throttles = [LoginThrottle(settings_with(secret_key=key), clock) for key in SECRETS]

    one, other = (throttle.by_stranger("ann", None) for throttle in throttles)

    assert set(one.keys).isdisjoint(other.keys)


# {% endcall %}
