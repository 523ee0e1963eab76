# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Protocols for users, sessions and the storage that the service needs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from app.auth.identifiers import UserId
from app.auth.mail.protocols import MailRepository
from app.auth.totp.protocols import (
    # {% if "totp" in features %}
    RecoveryCodeRepository,
    TotpRepository,
    # {% endif %}
)

T = TypeVar("T")


class UserProtocol(Protocol):
    """The attributes of a user that the authentication needs. A model may have more."""

    @property
    def id(self) -> UserId: ...
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
    @property
    def email_verified_at(self) -> datetime | None: ...


class StoredUserProtocol(UserProtocol, Protocol):
    """A user with the password hash, for the service only."""

    @property
    def password_hash(self) -> str: ...


class SessionProtocol(Protocol):
    """One login. It ends when revoked, when idle for too long, or at its absolute end."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> UserId: ...
    @property
    def generation(self) -> int: ...
    @property
    def kid(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def authenticated_at(self) -> datetime:
        """When the user last proved their identity. A refresh does not change it."""
        ...

    @property
    def methods(self) -> tuple[str, ...]:
        """How the user proved it, as values of RFC 8176."""
        ...

    @property
    def rotated_at(self) -> datetime: ...
    @property
    def idle_expires_at(self) -> datetime: ...
    @property
    def absolute_expires_at(self) -> datetime: ...
    @property
    def revoked_at(self) -> datetime | None: ...
    @property
    def revoked_reason(self) -> str | None: ...
    @property
    def ip(self) -> str | None: ...
    @property
    def user_agent(self) -> str | None: ...
    @property
    def last_ip(self) -> str | None:
        """Where the session was last used: the client of the login or of the last refresh."""
        ...

    @property
    def last_user_agent(self) -> str | None: ...


class Role(StrEnum):
    """A privilege. `is_staff` and `is_superuser` of a user say who has it."""

    STAFF = "staff"
    SUPERUSER = "superuser"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to be stored. Each field is a column of the user model, including your own."""

    email: str
    username: str
    is_staff: bool = False
    is_active: bool = True
    is_superuser: bool = False
    email_verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be stored, in its first generation."""

    id: str
    user_id: UserId
    kid: str
    created_at: datetime
    authenticated_at: datetime
    methods: tuple[str, ...]
    idle_expires_at: datetime
    absolute_expires_at: datetime
    ip: str | None
    user_agent: str | None


class UserRepository(Protocol):
    """Users by id and by identifier key. It never sees a password, only its hash."""

    async def get_by_id(self, user_id: UserId) -> StoredUserProtocol | None: ...

    async def get_by_email_or_username(self, value: str) -> StoredUserProtocol | None: ...

    async def create_user(
        self,
        user: NewUser,
        *,
        password_hash: str,
        created_at: datetime,
    ) -> StoredUserProtocol:
        """Raise DuplicateIdentity if a unique value is taken, InvalidField if one is missing."""
        ...

    async def replace_password_hash(self, user_id: UserId, *, old: str, new: str) -> bool:
        """Store `new` for an active user whose hash is still `old`; return whether it was."""
        ...

    async def set_password_hash(self, user_id: UserId, password_hash: str) -> None: ...

    async def set_active(self, user_id: UserId, *, active: bool) -> None: ...

    async def set_role(self, user_id: UserId, role: Role, *, granted: bool) -> None: ...

    async def lock_superusers(self) -> set[UserId]:
        """Return the active superusers. No other transaction changes them before this one ends."""
        ...

    async def list_after(
        self,
        user_id: UserId | None,
        *,
        limit: int,
    ) -> Sequence[StoredUserProtocol]:
        """Return at most `limit` users whose ID follows `user_id`, in the order of their IDs."""
        ...

    async def set_username(self, user_id: UserId, username: str) -> None:
        """Raise DuplicateIdentity if it is taken."""
        ...

    async def set_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> None:
        """Store another e-mail that its owner has confirmed. Raise DuplicateIdentity."""
        ...

    async def verify_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> bool:
        """Record the proof for an active user whose e-mail this is; return whether it is."""
        ...

    async def delete(self, user_id: UserId) -> None:
        """Delete a user with their sessions and mails."""
        ...


class SessionRepository(Protocol):
    """Sessions by id and by user. Every change is one statement that contains its condition."""

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
        ip: str | None,
        user_agent: str | None,
    ) -> bool:
        """Compare and swap: advance a live session from `generation`; return whether it did."""
        ...

    # {% if "totp" in features %}
    async def set_methods(self, session_id: str, methods: tuple[str, ...]) -> bool:
        """Replace the methods of a session unless it was revoked; return whether it was not."""
        ...

    # {% endif %}
    async def revoke(self, session_id: str, *, now: datetime, reason: str) -> bool:
        """End a session unless it was revoked before; return whether this call ended it."""
        ...

    async def revoke_all(
        self,
        user_id: UserId,
        *,
        now: datetime,
        reason: str,
        except_session_id: str | None = None,
    ) -> int:
        """End all sessions of a user but one; return how many this call ended."""
        ...

    async def revoke_oldest(self, user_id: UserId, *, keep: int, now: datetime, reason: str) -> int:
        """End the live sessions of a user but the `keep` newest; return how many this ended."""
        ...

    async def list_live(self, user_id: UserId, *, now: datetime) -> Sequence[SessionProtocol]:
        """Return the sessions that are neither revoked nor expired, newest first."""
        ...

    async def purge(self, *, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` sessions whose absolute end is past; return how many."""
        ...


class ThrottleRepository(Protocol):
    """Login attempts, counted under keys that do not reveal the account."""

    async def count(
        self,
        key: str,
        *,
        now: datetime,
        decay: timedelta,
        delays: Sequence[timedelta],
        free_attempts: int,
    ) -> datetime | None:
        """Count an attempt, or return the moment until which the key must wait.

        One attempt is forgotten in each `decay`. From the attempt `free_attempts` on, each blocks
        the next for the first, second and so on of `delays`, and then for the last of them. `now`
        may be up to a second earlier than that of an attempt counted before.
        """
        ...

    async def give_back(self, key: str, *, decay: timedelta) -> None:
        """Undo the latest count of a key, and the block that it set."""
        ...

    async def forget(self, prefix: str) -> None:
        """Forget all attempts of the keys that begin with `prefix`."""
        ...

    async def purge(self, *, forgotten_before: datetime, limit: int) -> int:
        """Delete at most `limit` keys whose attempts were forgotten by then; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of one transaction."""

    users: UserRepository
    mails: MailRepository
    sessions: SessionRepository
    throttles: ThrottleRepository
    # {% if "totp" in features %}
    totps: TotpRepository
    recovery_codes: RecoveryCodeRepository
    # {% endif %}


class Transactions(Protocol):
    """Runs work in its own transaction."""

    async def run(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        """Run `work`, commit, and only then return its result; an exception rolls back.

        The work runs again after a conflict in the database, so it must change nothing else.
        Raise StorageUnavailable if the database cannot be used.
        """
        ...


# Called with each newly registered user.
AfterRegister = Callable[[UserProtocol], Awaitable[None]]


# {% endcall %}
