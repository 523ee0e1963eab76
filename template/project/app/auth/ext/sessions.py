# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The session repository in SQLAlchemy."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import TypeVar, cast

from sqlalchemy import (
    Executable,
    Select,
    Table,
    Update,
    bindparam,
    case,
    delete,
    inspect,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.mapper import Mapper

from app.auth.ext.columns import Instant
from app.auth.ext.database import changed_rows
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.identifiers import UserId
from app.auth.protocols import NewSession, SessionProtocol

T = TypeVar("T")

# OFFSET needs a LIMIT in some databases. No user has more live sessions (max_sessions).
EXCESS_BATCH = 1000


class SQLAlchemyAsyncSessionProtocol:
    """Logins in one database session."""

    def __init__(
        self,
        session: AsyncSession,
        session_model: type[AuthSessionMixin],
        user_model: type[UserMixin],
    ) -> None:
        self._session = session
        self._model = session_model
        self._user_model = user_model

    async def add(self, session: NewSession) -> SessionProtocol:
        new_row = cast(Callable[..., SessionProtocol], self._model)
        row = new_row(
            **asdict(session),
            generation=1,
            rotated_at=session.created_at,
            last_ip=session.ip,
            last_user_agent=session.user_agent,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, session_id: str) -> SessionProtocol | None:
        statement = select(self._model).where(self._model.id == session_id)
        found = await self._session.scalars(statement.execution_options(populate_existing=True))
        return cast(SessionProtocol | None, found.one_or_none())

    async def get_of_active_user(self, session_id: str) -> SessionProtocol | None:
        statement = _session_of_active_user(inspect(self._model), inspect(self._user_model))
        connection = await self._session.connection()
        result = await connection.execute(statement, {"session_id": session_id})
        return cast(SessionProtocol | None, result.one_or_none())

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
        parameters = {
            "session_id": session_id,
            "old_generation": generation,
            "new_generation": generation + 1,
            "now": now,
            "new_idle_end": idle_expires_at,
            "new_kid": kid,
            "new_ip": ip,
            "new_user_agent": user_agent,
        }
        connection = await self._session.connection()
        result = await connection.execute(_rotation(inspect(self._model)), parameters)
        return result.rowcount == 1

    # {% if "totp" in features %}
    async def set_methods(self, session_id: str, methods: tuple[str, ...]) -> bool:
        live = (self._model.id == session_id, self._model.revoked_at.is_(None))
        statement = update(self._model).where(*live).values(methods=methods)
        return await changed_rows(self._session, statement) == 1

    # {% endif %}
    async def revoke(self, session_id: str, *, now: datetime, reason: str) -> bool:
        statement = self._revocation(now, reason).where(self._model.id == session_id)
        return await changed_rows(self._session, statement) == 1

    async def revoke_all(
        self,
        user_id: UserId,
        *,
        now: datetime,
        reason: str,
        except_session_id: str | None = None,
    ) -> int:
        statement = self._revocation(now, reason).where(self._model.user_id == user_id)
        if except_session_id is not None:
            statement = statement.where(self._model.id != except_session_id)
        return await changed_rows(self._session, statement)

    async def revoke_oldest(self, user_id: UserId, *, keep: int, now: datetime, reason: str) -> int:
        live = self._live(select(self._model.id), user_id, now)
        found = await self._session.scalars(live.offset(keep).limit(EXCESS_BATCH))
        ids = found.all()
        if not ids:
            return 0
        statement = self._revocation(now, reason).where(self._model.id.in_(ids))
        return await changed_rows(self._session, statement)

    async def list_live(self, user_id: UserId, *, now: datetime) -> list[SessionProtocol]:
        found = await self._session.scalars(self._live(select(self._model), user_id, now))
        return cast(list[SessionProtocol], list(found))

    async def purge(self, *, ended_before: datetime, limit: int) -> int:
        model = self._model
        ended = select(model.id).where(model.absolute_expires_at < ended_before).limit(limit)
        found = await self._session.scalars(ended)
        return await changed_rows(self._session, delete(model).where(model.id.in_(found.all())))

    def _live(self, statement: Select[T], user_id: UserId, now: datetime) -> Select[T]:
        model = self._model
        live = statement.where(
            model.user_id == user_id,
            model.revoked_at.is_(None),
            model.idle_expires_at > now,
            model.absolute_expires_at > now,
        )
        return live.order_by(model.created_at.desc(), model.id)

    def _revocation(self, now: datetime, reason: str) -> Update:
        model = self._model
        live = update(model).where(model.revoked_at.is_(None))
        return live.values(revoked_at=now, revoked_reason=reason)


# The two statements of a refresh are built once, because building costs more than sending.


@cache
def _rotation(sessions: Mapper[AuthSessionMixin]) -> Update:
    """Advance a live session from `old_generation` to `new_generation`, or match no row."""
    table = cast(Table, sessions.local_table)
    columns = table.c
    absolute_end = columns.absolute_expires_at
    now = bindparam("now", type_=Instant)
    idle_end = bindparam("new_idle_end", type_=Instant)
    return (
        update(table)
        .where(
            columns.id == bindparam("session_id"),
            columns.generation == bindparam("old_generation"),
            columns.revoked_at.is_(None),
            columns.idle_expires_at > now,
            absolute_end > now,
        )
        .values(
            generation=bindparam("new_generation"),
            rotated_at=now,
            idle_expires_at=case((absolute_end < idle_end, absolute_end), else_=idle_end),
            kid=bindparam("new_kid"),
            last_ip=bindparam("new_ip"),
            last_user_agent=bindparam("new_user_agent"),
        )
    )


@cache
def _session_of_active_user(
    sessions: Mapper[AuthSessionMixin],
    users: Mapper[UserMixin],
) -> Executable:
    """Select the session `session_id` as a row, unless its user is disabled or gone."""
    session_model, user_model = sessions.class_, users.class_
    columns = [
        attribute.class_attribute.label(attribute.key) for attribute in sessions.column_attrs
    ]
    return (
        select(*columns)
        .join_from(session_model, user_model, user_model.id == session_model.user_id)
        .where(session_model.id == bindparam("session_id"), user_model.is_active)
    )


# {% endcall %}
