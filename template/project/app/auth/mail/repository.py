# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The mail repository in SQLAlchemy."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.ext.database import changed_rows
from app.auth.identifiers import UserId
from app.auth.mail.kinds import MailKind
from app.auth.mail.models import AuthMailMixin
from app.auth.mail.protocols import MailProtocol, NewMail


class SQLAlchemyAsyncMailProtocol:
    """Mails in one database session."""

    def __init__(self, session: AsyncSession, mail_model: type[AuthMailMixin]) -> None:
        self._session = session
        self._model = mail_model

    async def add(self, mail: NewMail) -> None:
        values = asdict(mail)
        sent_at = None if values.pop("owed") else mail.created_at
        new_row = cast(Callable[..., AuthMailMixin], self._model)
        row = new_row(**values, attempts=0, next_attempt_at=mail.created_at, sent_at=sent_at)
        self._session.add(row)
        await self._session.flush()

    async def void(self, user_id: UserId | None, *kinds: MailKind, now: datetime) -> None:
        model = self._model
        # A parameter, because `== None` would become IS NULL: another statement, for other rows.
        owner = bindparam("owner", user_id, type_=model.user_id.type)
        unused = (model.user_id == owner, model.kind.in_(kinds), model.used_at.is_(None))
        await changed_rows(self._session, update(model).where(*unused).values(used_at=now))

    async def find(self, mail_id: str, kind: MailKind, *, now: datetime) -> MailProtocol | None:
        found = await self._session.scalars(
            select(self._model).where(*self._is_usable(mail_id, kind, now)),
        )
        return cast(MailProtocol | None, found.one_or_none())

    async def redeem(self, mail_id: str, kind: MailKind, *, now: datetime) -> bool:
        statement = update(self._model).where(*self._is_usable(mail_id, kind, now))
        return await changed_rows(self._session, statement.values(used_at=now)) == 1

    async def list_due(self, *, now: datetime, limit: int) -> Sequence[MailProtocol]:
        model = self._model
        due = (
            model.sent_at.is_(None),
            model.next_attempt_at <= now,
            model.used_at.is_(None),
            model.expires_at > now,
        )
        statement = select(model).where(*due).order_by(model.next_attempt_at).limit(limit)
        found = await self._session.scalars(statement)
        return cast(Sequence[MailProtocol], found.all())

    async def claim(self, mail: MailProtocol, *, now: datetime, until: datetime) -> bool:
        model = self._model
        unclaimed = (
            model.id == mail.id,
            model.attempts == mail.attempts,
            model.sent_at.is_(None),
            model.used_at.is_(None),
            model.expires_at > now,
        )
        claimed = {"attempts": mail.attempts + 1, "next_attempt_at": until}
        statement = update(model).where(*unclaimed).values(claimed)
        return await changed_rows(self._session, statement) == 1

    async def mark_sent(self, mail_id: str, *, now: datetime) -> None:
        statement = update(self._model).where(self._model.id == mail_id).values(sent_at=now)
        await changed_rows(self._session, statement)

    async def list_attempted(self, *, limit: int) -> Sequence[MailProtocol]:
        model = self._model
        newest = select(model).where(model.attempts > 0).order_by(model.created_at.desc())
        found = await self._session.scalars(newest.limit(limit))
        return cast(Sequence[MailProtocol], found.all())

    async def purge(self, *, expired_before: datetime, limit: int) -> int:
        model = self._model
        old = select(model.id).where(model.expires_at < expired_before).limit(limit)
        found = await self._session.scalars(old)
        return await changed_rows(self._session, delete(model).where(model.id.in_(found.all())))

    def _is_usable(
        self,
        mail_id: str,
        kind: MailKind,
        now: datetime,
    ) -> tuple[ColumnElement[bool], ...]:
        model = self._model
        return (
            model.id == mail_id,
            model.kind == kind,
            model.used_at.is_(None),
            model.expires_at > now,
        )


# {% endcall %}
