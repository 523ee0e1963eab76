# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Protocols for stored second factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.auth.identifiers import UserId


class Factor(StrEnum):
    """What can finish a login after the password."""

    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"


class TotpProtocol(Protocol):
    """The authenticator of a user. It counts once `confirmed_at` is set.

    `secret` is the seed, sealed with the key `kid`. No code of `last_step`, or of an earlier step
    of 30 seconds, is accepted again.
    """

    @property
    def user_id(self) -> UserId: ...
    @property
    def secret(self) -> str: ...
    @property
    def kid(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def confirmed_at(self) -> datetime | None: ...
    @property
    def last_step(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTotp:
    """An authenticator to be stored, not confirmed yet."""

    user_id: UserId
    secret: str
    kid: str
    created_at: datetime


class TotpRepository(Protocol):
    """Authenticators by user. Every change is one statement that contains its condition."""

    async def get(self, user_id: UserId) -> TotpProtocol | None: ...

    async def add(self, totp: NewTotp) -> None:
        """Store an authenticator in place of one that was never confirmed.

        Raise ConcurrentChange if the user has a confirmed one.
        """
        ...

    async def confirm(self, totp: TotpProtocol, *, step: int, now: datetime) -> bool:
        """Compare and swap: confirm an authenticator as it was read; return whether it did."""
        ...

    async def accept(self, user_id: UserId, *, step: int) -> bool:
        """Compare and swap: use up a later step than the last; return whether it did."""
        ...

    async def delete(self, user_id: UserId) -> bool:
        """Delete the authenticator of a user; return whether there was a confirmed one."""
        ...

    async def list_sealed_otherwise(
        self,
        kid: str,
        *,
        after: UserId | None,
        limit: int,
    ) -> Sequence[TotpProtocol]:
        """Return at most `limit` authenticators that another key than `kid` has sealed.

        They are those of users whose ID follows `after`, in the order of their IDs.
        """
        ...

    async def reseal(self, totp: TotpProtocol, *, secret: str, kid: str) -> bool:
        """Compare and swap: replace a sealed seed as it was read; return whether it did."""
        ...


class RecoveryCodeRepository(Protocol):
    """Recovery codes by user and hash."""

    async def replace_all(self, user_id: UserId, hashes: Sequence[str]) -> None:
        """Store these codes in place of all earlier ones."""
        ...

    async def redeem(self, user_id: UserId, code_hash: str, *, now: datetime) -> bool:
        """Compare and swap: use a code up; return whether this call did."""
        ...

    async def count_unused(self, user_id: UserId) -> int: ...


# {% endcall %}
