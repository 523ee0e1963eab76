# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Password hashing in its own small thread pool."""

import asyncio
import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from passlib.context import CryptContext  # pyright: ignore[reportMissingTypeStubs]

from app.auth.addresses import widest_network
from app.auth.errors import HashingSaturated
from app.auth.request_context import current_request
from app.auth.settings import AuthSettings

P = ParamSpec("P")
T = TypeVar("T")

# Above the default of 0: requests take precedence over hashing.
NICENESS = 10
BCRYPT_BYTES = 72
# Stored for an account without a password. No scheme identifies it as a hash, so a login is
# rejected after a decoy has been verified, as for an unknown user.
NO_PASSWORD = "!"  # noqa: S105 -- no password


class PasswordContext(Protocol):
    """The part of passlib's CryptContext that is used here. passlib has no types."""

    def hash(self, secret: str, /) -> str: ...

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]: ...

    def identify(self, stored: str, /) -> str | None: ...


class Places:
    """Places in the hashing pool. One network takes at most half of the queue (SEC-29)."""

    def __init__(self, workers: int, queue: int) -> None:
        self._total = workers + queue
        self._share = workers + (queue + 1) // 2
        self._taken = Counter[str]()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, network: str) -> Generator[None]:
        """Hold a place. Raise HashingSaturated if there is none."""
        with self._lock:
            if self._taken.total() >= self._total or self._taken[network] >= self._share:
                raise HashingSaturated
            self._taken[network] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[network] -= 1
                self._taken += Counter()  # drops the networks that hold no place


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a password matched, and a new hash to store if the old one is outdated."""

    valid: bool
    upgraded_hash: str | None = field(default=None, repr=False)


class PasswordHasher:
    """passlib in a bounded pool: `hash_workers` run, `hash_queue` wait, the rest are rejected."""

    def __init__(self, settings: AuthSettings, context: PasswordContext | None = None) -> None:
        self._context = context or password_context(settings)
        self._places = Places(settings.hash_workers, settings.hash_queue)
        self._pool = ThreadPoolExecutor(settings.hash_workers, "hashing", _lower_priority)
        # Verified if there is no user, so that the response takes as long as for a wrong
        # password (SEC-21). Computed in the pool while the application starts.
        self._decoy = self._pool.submit(self._context.hash, secrets.token_urlsafe())

    def place(self) -> AbstractContextManager[None]:
        """Hold a place in the pool, for one password after another.

        Raise HashingSaturated if too many wait.
        """
        return self._places.hold(widest_network(current_request.get().ip))

    async def hash(self, password: str, *, has_place: bool = False) -> str:
        """Return a salted hash. Raise HashingSaturated if too many wait."""
        return await self._run(has_place, self._context.hash, password)

    async def verify(
        self,
        password: str,
        stored: str | None,
        *,
        has_place: bool = False,
    ) -> Verification:
        """Compare a password with a stored hash, or with a decoy at the same cost.

        Raise HashingSaturated if too many wait.
        """
        return await self._run(has_place, self._verify, password, stored)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str | None) -> Verification:
        known = stored is not None and self._context.identify(stored) is not None
        try:
            if stored is not None and self._context.identify(stored) == "bcrypt":
                return self._verify_bcrypt(password, stored)
            valid, upgraded = self._context.verify_and_update(
                password,
                stored if stored is not None and known else self._decoy.result(),
            )
        except (TypeError, ValueError):  # a malformed hash, or a password that no hash can have
            return Verification(valid=False)
        return Verification(valid=valid and known, upgraded_hash=upgraded if known else None)

    def _verify_bcrypt(self, password: str, stored: str) -> Verification:
        """Verify a hash of another program, and hash the whole password if it matches.

        Plain bcrypt ends at 72 bytes. Older libraries cut off the rest, newer ones refuse it.
        """
        secret = password.encode()
        context: Any = self._context  # passlib also takes bytes
        valid, upgraded = context.verify_and_update(secret[:BCRYPT_BYTES], stored)
        if valid and len(secret) > BCRYPT_BYTES:
            upgraded = self._context.hash(password)
        return Verification(valid=valid, upgraded_hash=upgraded)

    async def _run(
        self,
        has_place: bool,
        work: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        with nullcontext() if has_place else self.place():
            future = self._pool.submit(work, *args, **kwargs)
            return await asyncio.wrap_future(future)


def password_context(settings: AuthSettings) -> PasswordContext:
    """Return the scheme for new passwords, and weaker ones whose hashes are upgraded at login."""
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
    # On Linux each thread has its own priority. Elsewhere this would change the whole process.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


# {% endcall %}
