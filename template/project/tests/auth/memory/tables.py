# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""In-memory tables. Rows are frozen, so a copy of the dictionaries is a snapshot."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from app.auth.identifiers import UserId
from app.auth.mail.protocols import NewMail
from app.auth.protocols import NewSession, NewUser
from tests.auth.totp.memory import (
    # {% if "totp" in features %}
    MemoryRecoveryCodes,
    MemoryTotp,
    # {% endif %}
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryMail(NewMail):
    next_attempt_at: datetime
    sent_at: datetime | None
    used_at: datetime | None = None
    attempts: int = 0

    def is_usable(self, now: datetime) -> bool:
        return self.used_at is None and self.expires_at > now

    def is_owed(self, now: datetime) -> bool:
        return self.sent_at is None and self.is_usable(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUser(NewUser):
    id: UserId
    password_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySession(NewSession):
    rotated_at: datetime
    last_ip: str | None
    last_user_agent: str | None
    generation: int = 1
    revoked_at: datetime | None = None
    revoked_reason: str | None = None

    def is_live(self, now: datetime) -> bool:
        ends_at = min(self.idle_expires_at, self.absolute_expires_at)
        return self.revoked_at is None and ends_at > now


@dataclass(frozen=True, slots=True)
class Attempts:
    forgotten_at: datetime
    blocked_until: datetime


@dataclass(frozen=True, slots=True)
class Tables:
    users: dict[UserId, MemoryUser] = field(default_factory=dict)
    mails: dict[str, MemoryMail] = field(default_factory=dict)
    sessions: dict[str, MemorySession] = field(default_factory=dict)
    throttles: dict[str, Attempts] = field(default_factory=dict)
    # {% if "totp" in features %}
    totps: dict[UserId, MemoryTotp] = field(default_factory=dict)
    recovery_codes: MemoryRecoveryCodes = field(default_factory=dict)
    # {% endif %}

    def copy(self) -> "Tables":
        return Tables(
            dict(self.users),
            dict(self.mails),
            dict(self.sessions),
            dict(self.throttles),
            # {% if "totp" in features %}
            dict(self.totps),
            dict(self.recovery_codes),
            # {% endif %}
        )


def delete(rows: dict[str, T], keys: list[str]) -> int:
    """Delete the rows and return their number."""
    for key in keys:
        del rows[key]
    return len(keys)


# {% endcall %}
