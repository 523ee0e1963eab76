# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Few passwords are hashed at once, few wait, and everybody else is told to come again."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from app.auth.errors import HashingSaturated
from app.auth.hashing import PasswordHasher
from tests.auth.conftest import settings_with
from tests.serving import race

TOO_LONG = 10  # seconds; a test that waits for this has failed


class GatedContext:
    """Hashes nothing until the gate is open, and remembers the threads that it worked in."""

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
    """One at work and nobody waiting."""
    hasher = build_hasher(context, workers=1, queue=0)
    yield hasher
    context.gate.set()
    hasher.close()


@pytest.fixture
def hasher(context: GatedContext) -> Iterator[PasswordHasher]:
    """One at work and two waiting."""
    hasher = build_hasher(context, workers=1, queue=2)
    yield hasher
    context.gate.set()
    hasher.close()


async def hash_or_open_the_gate(context: GatedContext, hasher: PasswordHasher) -> str:
    """Hash a password; whoever is refused lets those who wait go on."""
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
    outcomes = await race(4, lambda _: hash_or_open_the_gate(context, hasher))

    assert sorted(outcomes) == ["hash of password"] * 3 + ["refused"]


async def test_places_are_free_again_afterwards(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    context.gate.set()
    first = await race(2, lambda _: hash_or_open_the_gate(context, hasher))
    second = await race(2, lambda _: hash_or_open_the_gate(context, hasher))

    assert [*first, *second] == ["hash of password"] * 4


async def test_passwords_are_hashed_in_threads_of_their_own(
    context: GatedContext,
    hasher: PasswordHasher,
) -> None:
    context.gate.set()

    await hasher.hash("password")

    assert [name.startswith("hashing") for name in context.threads] == [True]


# {% if concurrency == "async" %}
async def test_caller_who_gives_up_frees_the_place(
    context: GatedContext,
    strict_hasher: PasswordHasher,
) -> None:
    given_up = asyncio.create_task(strict_hasher.hash("given up"))
    await asyncio.sleep(0)

    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    context.gate.set()
    hashed = await strict_hasher.hash("password")

    assert hashed == "hash of password"


# {% endif %}
# {% endcall %}
