# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The repositories in SQLAlchemy; any model with the kit's columns will do."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Update, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import DuplicateIdentity
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.ext.prebuilt import rotation, session_of_active_user
from app.auth.ext.statements import changed_rows
from app.auth.identifiers import can_exist, canonical
from app.auth.protocols import NewSession, SessionProtocol, StoredUserProtocol

# A database that skips rows wants to hear how many to take; more than this are never too many.
EXCESS_BATCH = 1000


class SQLAlchemyAsyncUserProtocol:
    """Users in one database session."""

    def __init__(self, session: AsyncSession, user_model: type[UserMixin]) -> None:
        self._session = session
        self._model: Any = user_model

    async def get_by_id(self, user_id: int) -> StoredUserProtocol | None:
        return await self._find(select(self._model).where(self._model.id == user_id))

    async def get_by_email_or_username(self, value: str) -> StoredUserProtocol | None:
        """Look up by e-mail if the value has an `@`, which no username can have (SEC-17)."""
        if not can_exist(value):
            return None
        column = self._model.email_key if "@" in value else self._model.username_key
        return await self._find(select(self._model).where(column == canonical(value)))

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
        user: StoredUserProtocol = self._model(
            email=email,
            email_key=canonical(email),
            username=username,
            username_key=canonical(username),
            password_hash=password_hash,
            is_staff=is_staff,
            is_active=is_active,
            is_superuser=is_superuser,
            created_at=created_at,
        )
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise DuplicateIdentity from error
        return user

    async def replace_password_hash(self, user_id: int, *, old: str, new: str) -> bool:
        statement = (
            update(self._model)
            .where(
                self._model.id == user_id,
                self._model.password_hash == old,
                self._model.is_active,
            )
            .values(password_hash=new)
        )
        return await changed_rows(self._session, statement) == 1

    async def set_password_hash(self, user_id: int, password_hash: str) -> None:
        statement = update(self._model).where(self._model.id == user_id)
        await changed_rows(self._session, statement.values(password_hash=password_hash))

    async def set_active(self, user_id: int, *, active: bool) -> None:
        statement = update(self._model).where(self._model.id == user_id)
        await changed_rows(self._session, statement.values(is_active=active))

    async def _find(self, statement: Select[Any]) -> StoredUserProtocol | None:
        # What an earlier statement of this session loaded is read again, not remembered.
        fresh = statement.execution_options(populate_existing=True)
        found = await self._session.scalars(fresh)
        return cast(StoredUserProtocol | None, found.one_or_none())


class SQLAlchemyAsyncSessionProtocol:
    """Logins in one database session."""

    def __init__(
        self,
        session: AsyncSession,
        session_model: type[AuthSessionMixin],
        user_model: type[UserMixin],
    ) -> None:
        self._session = session
        self._model: Any = session_model
        self._user_model: Any = user_model

    async def add(self, session: NewSession) -> SessionProtocol:
        row: SessionProtocol = self._model(
            id=session.id,
            user_id=session.user_id,
            generation=1,
            kid=session.kid,
            created_at=session.created_at,
            rotated_at=session.created_at,
            idle_expires_at=session.idle_expires_at,
            absolute_expires_at=session.absolute_expires_at,
            ip=session.ip,
            user_agent=session.user_agent,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, session_id: str) -> SessionProtocol | None:
        statement = select(self._model).where(self._model.id == session_id)
        found = await self._session.scalars(statement.execution_options(populate_existing=True))
        return cast(SessionProtocol | None, found.one_or_none())

    async def get_of_active_user(self, session_id: str) -> SessionProtocol | None:
        statement = session_of_active_user(self._model, self._user_model)
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
    ) -> bool:
        parameters = {
            "session_id": session_id,
            "old_generation": generation,
            "new_generation": generation + 1,
            "now": now,
            "new_idle_end": idle_expires_at,
            "new_kid": kid,
        }
        connection = await self._session.connection()
        result = await connection.execute(rotation(self._model), parameters)
        return result.rowcount == 1

    async def revoke(self, session_id: str, *, now: datetime, reason: str) -> bool:
        statement = self._revocation(now, reason).where(self._model.id == session_id)
        return await changed_rows(self._session, statement) == 1

    async def revoke_all(
        self,
        user_id: int,
        *,
        now: datetime,
        reason: str,
        except_session_id: str | None = None,
    ) -> int:
        statement = self._revocation(now, reason).where(self._model.user_id == user_id)
        if except_session_id is not None:
            statement = statement.where(self._model.id != except_session_id)
        return await changed_rows(self._session, statement)

    async def revoke_oldest(self, user_id: int, *, keep: int, now: datetime, reason: str) -> int:
        excess = self._live(self._model.id, user_id, now).offset(keep).limit(EXCESS_BATCH)
        found = await self._session.scalars(excess)
        ids = found.all()
        if not ids:
            return 0
        statement = self._revocation(now, reason).where(self._model.id.in_(ids))
        return await changed_rows(self._session, statement)

    async def list_live(self, user_id: int, *, now: datetime) -> list[SessionProtocol]:
        found = await self._session.scalars(self._live(self._model, user_id, now))
        return list(found)

    async def purge(self, *, ended_before: datetime, limit: int) -> int:
        model = self._model
        ended = select(model.id).where(model.absolute_expires_at < ended_before).limit(limit)
        found = await self._session.scalars(ended)
        return await changed_rows(self._session, delete(model).where(model.id.in_(found.all())))

    def _live(self, selected: Any, user_id: int, now: datetime) -> Select[Any]:
        model = self._model
        return (
            select(selected)
            .where(
                model.user_id == user_id,
                model.revoked_at.is_(None),
                model.idle_expires_at > now,
                model.absolute_expires_at > now,
            )
            .order_by(model.created_at.desc(), model.id)
        )

    def _revocation(self, now: datetime, reason: str) -> Update:
        model = self._model
        live = update(model).where(model.revoked_at.is_(None))
        return live.values(revoked_at=now, revoked_reason=reason)


# {% endcall %}
