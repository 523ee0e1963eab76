# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory repository of mails."""

from dataclasses import asdict, replace
from datetime import datetime

from app.auth.identifiers import UserId
from app.auth.mail.kinds import MailKind
from app.auth.mail.protocols import MailProtocol, NewMail
from tests.auth.memory.tables import MemoryMail, delete


class MemoryMailRepository:
    def __init__(self, rows: dict[str, MemoryMail]) -> None:
        self._rows = rows

    async def add(self, mail: NewMail) -> None:
        sent_at = None if mail.owed else mail.created_at
        row = MemoryMail(**asdict(mail), next_attempt_at=mail.created_at, sent_at=sent_at)
        self._rows[mail.id] = row

    async def void(self, user_id: UserId | None, *kinds: MailKind, now: datetime) -> None:
        for row in list(self._rows.values()):
            if user_id is not None and row.user_id == user_id and row.kind in kinds:
                self._rows[row.id] = replace(row, used_at=row.used_at or now)

    async def find(self, mail_id: str, kind: MailKind, *, now: datetime) -> MemoryMail | None:
        row = self._rows.get(mail_id)
        return row if row is not None and row.kind == kind and row.is_usable(now) else None

    async def redeem(self, mail_id: str, kind: MailKind, *, now: datetime) -> bool:
        row = await self.find(mail_id, kind, now=now)
        if row is None:
            return False
        self._rows[mail_id] = replace(row, used_at=now)
        return True

    async def list_due(self, *, now: datetime, limit: int) -> list[MemoryMail]:
        due = [
            row for row in self._rows.values() if row.is_owed(now) and row.next_attempt_at <= now
        ]
        return sorted(due, key=lambda row: row.next_attempt_at)[:limit]

    async def claim(self, mail: MailProtocol, *, now: datetime, until: datetime) -> bool:
        row = self._rows[mail.id]
        if row.attempts != mail.attempts or not row.is_owed(now):
            return False
        self._rows[row.id] = replace(row, attempts=row.attempts + 1, next_attempt_at=until)
        return True

    async def mark_sent(self, mail_id: str, *, now: datetime) -> None:
        self._rows[mail_id] = replace(self._rows[mail_id], sent_at=now)

    async def list_attempted(self, *, limit: int) -> list[MemoryMail]:
        attempted = [row for row in self._rows.values() if row.attempts]
        return sorted(attempted, key=lambda row: row.created_at, reverse=True)[:limit]

    async def purge(self, *, expired_before: datetime, limit: int) -> int:
        old = [row.id for row in self._rows.values() if row.expires_at < expired_before]
        return delete(self._rows, old[:limit])


# {% endcall %}
