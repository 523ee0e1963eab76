# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The repositories of second factors in SQLAlchemy."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import ConcurrentChange
from app.auth.ext.database import changed_rows
from app.auth.identifiers import UserId
from app.auth.totp.models import AuthRecoveryCodeMixin, AuthTotpMixin
from app.auth.totp.protocols import NewTotp, TotpProtocol


class SQLAlchemyAsyncTotpProtocol:
    """Authenticators in one database session."""

    def __init__(self, session: AsyncSession, totp_model: type[AuthTotpMixin]) -> None:
        self._session = session
        self._model = totp_model

    async def get(self, user_id: UserId) -> TotpProtocol | None:
        statement = select(self._model).where(self._model.user_id == user_id)
        found = await self._session.scalars(statement.execution_options(populate_existing=True))
        return cast(TotpProtocol | None, found.one_or_none())

    async def add(self, totp: NewTotp) -> None:
        model = self._model
        abandoned = (model.user_id == totp.user_id, model.confirmed_at.is_(None))
        await changed_rows(self._session, delete(model).where(*abandoned))
        statement = insert(model).values(**asdict(totp), last_step=0)
        try:
            await self._session.execute(statement)
        except IntegrityError as error:
            raise ConcurrentChange from error

    async def confirm(self, totp: TotpProtocol, *, step: int, now: datetime) -> bool:
        model = self._model
        unconfirmed = (
            model.user_id == totp.user_id,
            model.secret == totp.secret,
            model.confirmed_at.is_(None),
        )
        statement = update(model).where(*unconfirmed).values(confirmed_at=now, last_step=step)
        return await changed_rows(self._session, statement) == 1

    async def accept(self, user_id: UserId, *, step: int) -> bool:
        model = self._model
        unused = (
            model.user_id == user_id,
            model.confirmed_at.is_not(None),
            model.last_step < step,
        )
        statement = update(model).where(*unused).values(last_step=step)
        return await changed_rows(self._session, statement) == 1

    async def delete(self, user_id: UserId) -> bool:
        model = self._model
        confirmed = (model.user_id == user_id, model.confirmed_at.is_not(None))
        return await changed_rows(self._session, delete(model).where(*confirmed)) == 1

    async def list_sealed_otherwise(
        self,
        kid: str,
        *,
        after: UserId | None,
        limit: int,
    ) -> Sequence[TotpProtocol]:
        model = self._model
        sealed = select(model).where(model.kid != kid).order_by(model.user_id).limit(limit)
        if after is not None:
            sealed = sealed.where(model.user_id > after)
        found = await self._session.scalars(sealed)
        return cast(Sequence[TotpProtocol], found.all())

    async def reseal(self, totp: TotpProtocol, *, secret: str, kid: str) -> bool:
        model = self._model
        unchanged = (model.user_id == totp.user_id, model.secret == totp.secret)
        statement = update(model).where(*unchanged).values(secret=secret, kid=kid)
        return await changed_rows(self._session, statement) == 1


class SQLAlchemyAsyncRecoveryProtocol:
    """Recovery codes in one database session."""

    def __init__(
        self,
        session: AsyncSession,
        recovery_code_model: type[AuthRecoveryCodeMixin],
    ) -> None:
        self._session = session
        self._model = recovery_code_model

    async def replace_all(self, user_id: UserId, hashes: Sequence[str]) -> None:
        model = self._model
        await changed_rows(self._session, delete(model).where(model.user_id == user_id))
        new_row = cast(Callable[..., AuthRecoveryCodeMixin], model)
        self._session.add_all(new_row(user_id=user_id, code_hash=one) for one in hashes)
        await self._session.flush()

    async def redeem(self, user_id: UserId, code_hash: str, *, now: datetime) -> bool:
        model = self._model
        unused = (
            model.user_id == user_id,
            model.code_hash == code_hash,
            model.used_at.is_(None),
        )
        statement = update(model).where(*unused).values(used_at=now)
        return await changed_rows(self._session, statement) == 1

    async def count_unused(self, user_id: UserId) -> int:
        model = self._model
        unused = select(func.count()).where(model.user_id == user_id, model.used_at.is_(None))
        return await self._session.scalar(unused) or 0


# {% endcall %}
