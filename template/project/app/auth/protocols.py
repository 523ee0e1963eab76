# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What users and sessions must offer, and what the service asks of whatever stores them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")


class UserProtocol(Protocol):
    """A user as the kit sees it; a team's own model has these and more."""

    @property
    def id(self) -> int: ...

    @property
    def email(self) -> str: ...

    @property
    def username(self) -> str: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_staff(self) -> bool: ...

    @property
    def is_superuser(self) -> bool: ...

    @property
    def created_at(self) -> datetime: ...


class StoredUserProtocol(UserProtocol, Protocol):
    """A user with the secret part, for the service only."""

    @property
    def password_hash(self) -> str: ...


class SessionProtocol(Protocol):
    """One login: it lives until it is revoked, lies idle too long or reaches its absolute end."""

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> int: ...

    @property
    def generation(self) -> int: ...

    @property
    def kid(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def rotated_at(self) -> datetime: ...

    @property
    def idle_expires_at(self) -> datetime: ...

    @property
    def absolute_expires_at(self) -> datetime: ...

    @property
    def revoked_at(self) -> datetime | None: ...

    @property
    def ip(self) -> str | None: ...

    @property
    def user_agent(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session about to be stored, in its first generation."""

    id: str
    user_id: int
    kid: str
    created_at: datetime
    idle_expires_at: datetime
    absolute_expires_at: datetime
    ip: str | None
    user_agent: str | None


class UserRepository(Protocol):
    """Users by id and by canonical key. It never sees a password, only its hash."""

    async def get_by_id(self, user_id: int) -> StoredUserProtocol | None: ...

    async def get_by_email_or_username(self, value: str) -> StoredUserProtocol | None: ...

    async def create_user(
        self,
        *,
        email: str,
        username: str,
        password_hash: str,
        is_staff: bool,
        is_active: bool,
        is_superuser: bool,
        created_at: datetime,
    ) -> StoredUserProtocol:
        """Raise DuplicateIdentity if a unique value is taken."""
        ...

    async def replace_password_hash(self, user_id: int, *, old: str, new: str) -> bool:
        """Store a hash for an active user whose hash is still `old`; tell whether it was."""
        ...

    async def set_password_hash(self, user_id: int, password_hash: str) -> None: ...

    async def set_active(self, user_id: int, *, active: bool) -> None: ...


class SessionRepository(Protocol):
    """Sessions by id and by user. Every change is one statement that holds its own condition."""

    async def add(self, session: NewSession) -> SessionProtocol: ...

    async def get(self, session_id: str) -> SessionProtocol | None: ...

    async def get_of_active_user(self, session_id: str) -> SessionProtocol | None:
        """Return a session, read-only, unless its user is disabled or gone."""
        ...

    async def rotate(
        self,
        session_id: str,
        generation: int,
        *,
        now: datetime,
        idle_expires_at: datetime,
        kid: str,
    ) -> bool:
        """Compare and swap: step a live session from `generation` to the next; tell if it did."""
        ...

    async def revoke(self, session_id: str, *, now: datetime, reason: str) -> bool:
        """End a session unless it was revoked before; tell whether this call ended it."""
        ...

    async def revoke_all(
        self,
        user_id: int,
        *,
        now: datetime,
        reason: str,
        except_session_id: str | None = None,
    ) -> int:
        """End all sessions of a user but one; return how many this call ended."""
        ...

    async def revoke_oldest(self, user_id: int, *, keep: int, now: datetime, reason: str) -> int:
        """End the live sessions of a user but the `keep` newest; return how many this ended."""
        ...

    async def list_live(self, user_id: int, *, now: datetime) -> Sequence[SessionProtocol]:
        """Return the sessions that are neither revoked nor expired, newest first."""
        ...

    async def purge(self, *, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` sessions whose absolute end is past; return how many."""
        ...


class ThrottleRepository(Protocol):
    """Attempts to sign in, counted under keys that do not tell whose they are."""

    async def count(
        self,
        key: str,
        *,
        now: datetime,
        delays: Sequence[timedelta],
        free_attempts: int,
        forgotten_before: datetime,
    ) -> datetime | None:
        """Count an attempt, or return the moment until which the key has to wait.

        From the attempt number `free_attempts` on, each one blocks the next for the first, second
        and so on of `delays`, and then for the last of them.
        """
        ...

    async def forget(self, key: str) -> None: ...

    async def purge(self, *, last_before: datetime, limit: int) -> int:
        """Delete at most `limit` keys without an attempt since; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of one transaction."""

    users: UserRepository
    sessions: SessionRepository
    throttles: ThrottleRepository


class Transactions(Protocol):
    """Runs work in a transaction of its own."""

    async def run(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        """Run `work`, commit, and only then return its result; an exception rolls back.

        The work runs again when the database asks for it, so it must change nothing else.
        Raise StorageUnavailable when the database cannot be used.
        """
        ...


# {% endcall %}
