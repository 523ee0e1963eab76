# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The hashing pool and its queue are bounded. Further callers are refused."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from app.auth.addresses import widest_network
from app.auth.errors import HashingSaturated, LoginThrottled
from app.auth.hashing import PasswordHasher, Places
from app.auth.request_context import RequestContext, current_request
from tests.auth.conftest import settings_with
from tests.serving import race

TOO_LONG = 10  # seconds; a test that waits this long fails


class GatedContext:
    """Hashes nothing until the gate is open, and records its threads."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.threads: set[str] = set()

    def hash(self, secret: str, /) -> str:
        self.threads.add(threading.current_thread().name)
        assert self.gate.wait(TOO_LONG)
        return f"hash of {secret}"

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]:
        return stored == self.hash(secret), None

    def identify(self, stored: str, /) -> str | None:
        return "gated"


@pytest.fixture
def context() -> GatedContext:
    return GatedContext()


def build_hasher(context: GatedContext, *, workers: int, queue: int) -> PasswordHasher:
    return PasswordHasher(settings_with(hash_workers=workers, hash_queue=queue), context)


@pytest.fixture
def strict_hasher(context: GatedContext) -> Iterator[PasswordHasher]:
    """A pool with one worker and no queue."""
    hasher = build_hasher(context, workers=1, queue=0)
    yield hasher
    context.gate.set()
    hasher.close()


@pytest.fixture
def hasher(context: GatedContext) -> Iterator[PasswordHasher]:
    """A pool with one worker and a queue of two."""
    hasher = build_hasher(context, workers=1, queue=2)
    yield hasher
    context.gate.set()
    hasher.close()


async def hash_or_open_the_gate(
    context: GatedContext,
    hasher: PasswordHasher,
    ip: str | None = None,
) -> str:
    """Hash a password. If it is refused, open the gate for the waiting callers."""
    current_request.set(RequestContext(id="-", ip=ip))
    try:
        return await hasher.hash("password")
    except HashingSaturated:
        context.gate.set()
        return "refused"


async def test_caller_without_a_place_is_refused_at_once(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    outcomes = await race(2, lambda _: hash_or_open_the_gate(context, strict_hasher))

    assert sorted(outcomes) == ["hash of password", "refused"]  # SEC-29


async def test_verifying_takes_a_place_as_well(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    async def verify(_: int) -> str:
        try:
            checked = await strict_hasher.verify("password", "hash of password")
        except HashingSaturated:
            context.gate.set()
            return "refused"
        return f"valid: {checked.valid}"

    outcomes = await race(2, verify)

    assert sorted(outcomes) == ["refused", "valid: True"]


async def test_as_many_as_the_queue_holds_wait(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    outcomes = await race(
        4,
        lambda number: hash_or_open_the_gate(context, hasher, f"192.0.2.{number}"),
    )

    assert sorted(outcomes) == ["hash of password"] * 3 + ["refused"]


async def test_callers_of_one_network_leave_a_place_free(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    outcomes = await race(
        3,
        lambda number: hash_or_open_the_gate(context, hasher, f"2001:db8:0:{number}::1"),
    )

    assert sorted(outcomes) == ["hash of password"] * 2 + ["refused"]


@pytest.mark.parametrize(
    "neighbour",
    ["192.0.2.1", "2001:db8:1:{}::1"],
    ids=["IPv4 address", "IPv6 /48"],
)
def test_network_takes_half_of_the_queue_at_most(neighbour: str) -> None:
    places = Places(workers=2, queue=64)
    networks = [widest_network(neighbour.format(number)) for number in range(66)]

    with ExitStack() as held:
        taken = [network for network in networks if is_held(places, network, held)]
        others = [number for number in range(66) if is_held(places, f"network {number}", held)]

    assert (len(taken), len(others)) == (34, 32)


def is_held(places: Places, network: str, held: ExitStack) -> bool:
    """Return whether there was a place, which is held from now on."""
    try:
        held.enter_context(places.hold(network))
    except HashingSaturated:
        return False
    return True


def test_network_gets_a_place_again_when_one_is_free() -> None:
    places = Places(workers=1, queue=0)

    with ExitStack() as held:
        before = [is_held(places, "network", held) for _ in range(2)]

    with ExitStack() as held:
        assert [*before, is_held(places, "network", held)] == [True, False, True]


async def test_places_are_free_again_afterwards(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    context.gate.set()
    first = await race(2, lambda _: hash_or_open_the_gate(context, hasher))
    second = await race(2, lambda _: hash_or_open_the_gate(context, hasher))

    assert [*first, *second] == ["hash of password"] * 4


async def test_place_holds_one_password_after_another(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    context.gate.set()

    with strict_hasher.place():
        hashed = await strict_hasher.hash("password", has_place=True)
        checked = await strict_hasher.verify("password", hashed, has_place=True)
        with pytest.raises(HashingSaturated):
            await strict_hasher.hash("password of somebody else")

    assert (checked.valid, checked.upgraded_hash) == (True, None)


async def test_place_is_free_after_an_error(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    context.gate.set()
    with suppress(LoginThrottled), strict_hasher.place():
        raise LoginThrottled

    assert await strict_hasher.hash("password") == "hash of password"


async def test_passwords_are_hashed_in_dedicated_threads(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    context.gate.set()

    await hasher.hash("password")

    assert [name.startswith("hashing") for name in context.threads] == [True]


# {% if concurrency == "async" %}
async def test_cancelled_caller_frees_its_place(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):  # cancelled as soon as it waits
            await strict_hasher.hash("given up")
    context.gate.set()

    hashed = await strict_hasher.hash("password")

    assert hashed == "hash of password"


# {% endif %}
# {% endcall %}
