# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The user repository in SQLAlchemy."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import DuplicateIdentity, InvalidField
from app.auth.ext.database import changed_rows
from app.auth.ext.models import UserMixin
from app.auth.identifiers import UserId, identifier_key
from app.auth.protocols import NewUser, Role, StoredUserProtocol


class SQLAlchemyAsyncUserProtocol:
    """Users in one database session. The model has the columns of UserMixin."""

    def __init__(self, session: AsyncSession, user_model: type[UserMixin]) -> None:
        self._session = session
        self._model = user_model

    async def get_by_id(self, user_id: UserId) -> StoredUserProtocol | None:
        return await self._find(select(self._model).where(self._model.id == user_id))

    async def get_by_email_or_username(self, value: str) -> StoredUserProtocol | None:
        """Look up by e-mail if the key has an `@`, which no username can have (SEC-17)."""
        key = identifier_key(value)
        if key is None:
            return None
        column = self._model.email_key if "@" in key else self._model.username_key
        return await self._find(select(self._model).where(column == key))

    async def create_user(
        self,
        user: NewUser,
        *,
        password_hash: str,
        created_at: datetime,
    ) -> StoredUserProtocol:
        new_row = cast(Callable[..., StoredUserProtocol], self._model)
        row = new_row(**asdict(user), password_hash=password_hash, created_at=created_at)
        self._session.add(row)
        try:
            await self._session.flush()
        except IntegrityError as error:
            self._refuse_missing_value(row)
            raise DuplicateIdentity from error
        return row

    def _refuse_missing_value(self, row: object) -> None:
        """Raise InvalidField for a required column of the application without a value."""
        for attribute in inspect(self._model).column_attrs:
            [column] = attribute.columns
            has_default = column.default or column.server_default or column.primary_key
            if not (column.nullable or has_default) and vars(row).get(attribute.key) is None:
                raise InvalidField(attribute.key, "A value is required.")

    async def replace_password_hash(self, user_id: UserId, *, old: str, new: str) -> bool:
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

    async def set_password_hash(self, user_id: UserId, password_hash: str) -> None:
        await self._set(user_id, password_hash=password_hash)

    async def set_active(self, user_id: UserId, *, active: bool) -> None:
        await self._set(user_id, is_active=active)

    async def set_role(self, user_id: UserId, role: Role, *, granted: bool) -> None:
        await self._set(user_id, **{f"is_{role}": granted})

    async def lock_superusers(self) -> set[UserId]:
        superusers = (
            select(self._model.id)
            .where(self._model.is_superuser, self._model.is_active)
            .order_by(self._model.id)
            .with_for_update()
        )
        found = await self._session.scalars(superusers)
        return set(found)

    async def list_after(
        self,
        user_id: UserId | None,
        *,
        limit: int,
    ) -> Sequence[StoredUserProtocol]:
        users = select(self._model).order_by(self._model.id).limit(limit)
        if user_id is not None:
            users = users.where(self._model.id > user_id)
        found = await self._session.scalars(users)
        return cast(Sequence[StoredUserProtocol], found.all())

    async def set_username(self, user_id: UserId, username: str) -> None:
        await self._set(user_id, username=username, username_key=identifier_key(username))

    async def set_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> None:
        values = {"email": email, "email_key": identifier_key(email)}
        await self._set(user_id, **values, email_verified_at=verified_at)

    async def verify_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> bool:
        model = self._model
        owns_it = (model.id == user_id, model.email_key == identifier_key(email), model.is_active)
        statement = update(model).where(*owns_it).values(email_verified_at=verified_at)
        return await changed_rows(self._session, statement) == 1

    async def delete(self, user_id: UserId) -> None:
        # Through the object, so that relationships of the model may cascade too.
        row = await self._session.get_one(self._model, user_id)
        await self._session.delete(row)
        await self._session.flush()

    async def _set(self, user_id: UserId, **values: Any) -> None:
        statement = update(self._model).where(self._model.id == user_id).values(values)
        try:
            await changed_rows(self._session, statement)
        except IntegrityError as error:
            raise DuplicateIdentity from error

    async def _find(self, statement: Select[UserMixin]) -> StoredUserProtocol | None:
        # Read the row again, even if this session has loaded it before.
        fresh = statement.execution_options(populate_existing=True)
        found = await self._session.scalars(fresh)
        return cast(StoredUserProtocol | None, found.one_or_none())


# {% endcall %}
