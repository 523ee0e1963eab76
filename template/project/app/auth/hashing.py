# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Hash and verify passwords in a small pool of threads that nothing else waits for."""

import asyncio
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from passlib.context import CryptContext  # pyright: ignore[reportMissingTypeStubs]

from app.auth.errors import HashingSaturated
from app.auth.settings import AuthSettings

P = ParamSpec("P")
T = TypeVar("T")

# Above the default of 0: serving requests comes before hashing.
NICENESS = 10


class PasswordContext(Protocol):
    """The part of passlib's CryptContext that is used here; passlib itself has no types."""

    def hash(self, secret: str, /) -> str: ...

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]: ...

    def identify(self, stored: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a password matched, and a new hash to store if the old one is outdated."""

    valid: bool
    upgraded_hash: str | None = field(default=None, repr=False)


class PasswordHasher:
    """passlib in a bounded pool: `hash_workers` at work, `hash_queue` waiting, then a refusal."""

    def __init__(self, settings: AuthSettings, context: PasswordContext | None = None) -> None:
        self._context = context or password_context(settings)
        self._places = threading.BoundedSemaphore(settings.hash_workers + settings.hash_queue)
        self._pool = ThreadPoolExecutor(settings.hash_workers, "hashing", _lower_priority)
        # Verified when there is no user, so that the answer takes as long as for a wrong
        # password (SEC-21). Made in the pool while the application starts.
        self._decoy = self._pool.submit(self._context.hash, secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return a salted hash. Raise HashingSaturated when too many wait."""
        return await self._run(self._context.hash, password)

    async def verify(self, password: str, stored: str | None) -> Verification:
        """Compare a password with a stored hash, or with nothing at the same cost.

        Raise HashingSaturated when too many wait.
        """
        return await self._run(self._verify, password, stored)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str | None) -> Verification:
        known = stored is not None and self._context.identify(stored) is not None
        try:
            valid, upgraded = self._context.verify_and_update(
                password,
                stored if stored is not None and known else self._decoy.result(),
            )
        except (TypeError, ValueError):  # a malformed hash, or a password that no hash can have
            return Verification(valid=False)
        return Verification(valid=valid and known, upgraded_hash=upgraded if known else None)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._places.acquire(blocking=False):
            raise HashingSaturated
        future = self._pool.submit(work, *args, **kwargs)
        future.add_done_callback(self._free_place)
        return await asyncio.wrap_future(future)

    def _free_place(self, _: Future[T]) -> None:
        self._places.release()


def password_context(settings: AuthSettings) -> PasswordContext:
    """Return the scheme for new passwords, and weaker ones whose hashes upgrade at login."""
    context: Any = CryptContext(
        deprecated="auto",
        # {% if password_hash == "bcrypt" %}
        schemes=["bcrypt_sha256", "bcrypt"],
        bcrypt_sha256__rounds=settings.bcrypt_rounds,
        # {% else %}
        #| schemes=["argon2", "bcrypt_sha256", "bcrypt"],
        #| argon2__memory_cost=settings.argon2_memory_kib,
        #| argon2__time_cost=settings.argon2_passes,
        #| argon2__parallelism=settings.argon2_lanes,
        # {% endif %}
    )
    return cast(PasswordContext, context)


def _lower_priority() -> None:
    # Linux gives every thread a priority of its own; elsewhere this would lower the whole process.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


# {% endcall %}
