# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Protocols for stored mails, and for whatever sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from app.auth.identifiers import UserId
from app.auth.mail.kinds import MailKind


class Mailer(Protocol):
    """Hands a message to a mail server, in a thread. Any exception means: try again later."""

    def send(self, message: EmailMessage) -> None: ...


class MailProtocol(Protocol):
    """A stored mail, and the record of its token."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def user_id(self) -> UserId | None: ...
    @property
    def address(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def attempts(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be stored. One that is not `owed` counts as sent: its address has no account."""

    id: str
    kind: MailKind
    user_id: UserId | None
    address: str
    created_at: datetime
    expires_at: datetime
    owed: bool


class MailRepository(Protocol):
    """Mails by id. Every change is one statement that contains its condition."""

    async def add(self, mail: NewMail) -> None: ...

    async def void(self, user_id: UserId | None, *kinds: MailKind, now: datetime) -> None:
        """Make the tokens of these kinds that a user has unusable. None stands for nobody."""
        ...

    async def find(self, mail_id: str, kind: MailKind, *, now: datetime) -> MailProtocol | None:
        """Return a mail whose token can be used. This does not use it up."""
        ...

    async def redeem(self, mail_id: str, kind: MailKind, *, now: datetime) -> bool:
        """Compare and swap: use a token up; return whether this call did."""
        ...

    async def list_due(self, *, now: datetime, limit: int) -> Sequence[MailProtocol]:
        """Return owed mails whose next attempt is due, the oldest first."""
        ...

    async def claim(self, mail: MailProtocol, *, now: datetime, until: datetime) -> bool:
        """Compare and swap: nobody else attempts it before `until`; return whether it is ours."""
        ...

    async def mark_sent(self, mail_id: str, *, now: datetime) -> None: ...

    async def list_attempted(self, *, limit: int) -> Sequence[MailProtocol]:
        """Return mails that were sent or attempted, the newest first."""
        ...

    async def purge(self, *, expired_before: datetime, limit: int) -> int:
        """Delete at most `limit` mails that expired by then; return how many."""
        ...


# {% endcall %}
