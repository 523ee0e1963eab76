# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The count of attempts to sign in, in SQLAlchemy."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import ConcurrentChange
from app.auth.ext.models import EPOCH, AuthThrottleMixin, Instant
from app.auth.ext.statements import changed_rows


class SQLAlchemyAsyncThrottleProtocol:
    """Attempts in one database session."""

    def __init__(self, session: AsyncSession, throttle_model: type[AuthThrottleMixin]) -> None:
        self._session = session
        self._model: Any = throttle_model

    async def count(
        self,
        key: str,
        *,
        now: datetime,
        delays: Sequence[timedelta],
        free_attempts: int,
        forgotten_before: datetime,
    ) -> datetime | None:
        model = self._model
        attempts = case((model.last_attempt_at < forgotten_before, 1), else_=model.attempts + 1)
        blocked_until = _end_of_block(attempts, now, delays, free_attempts)
        # Some databases assign from left to right and go on with the new values, so columns that
        # the others are computed from come last.
        statement = (
            update(model)
            .where(model.key == key, model.blocked_until <= now)
            .ordered_values(
                (model.blocked_until, blocked_until),
                (model.attempts, attempts),
                (model.last_attempt_at, now),
            )
        )
        if await changed_rows(self._session, statement) == 1:
            return None
        known = select(model.blocked_until).where(model.key == key)
        blocked: datetime | None = await self._session.scalar(known)
        if blocked is None:
            await self._insert(key, now)
        elif blocked <= now:
            raise ConcurrentChange  # another process inserted the row after our UPDATE
        return blocked

    async def forget(self, key: str) -> None:
        await changed_rows(self._session, delete(self._model).where(self._model.key == key))

    async def purge(self, *, last_before: datetime, limit: int) -> int:
        model = self._model
        old = select(model.key).where(model.last_attempt_at < last_before).limit(limit)
        found = await self._session.scalars(old)
        return await changed_rows(self._session, delete(model).where(model.key.in_(found.all())))

    async def _insert(self, key: str, now: datetime) -> None:
        first = self._model(key=key, attempts=1, last_attempt_at=now, blocked_until=EPOCH)
        self._session.add(first)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise ConcurrentChange from error


def _end_of_block(
    attempts: ColumnElement[int],
    now: datetime,
    delays: Sequence[timedelta],
    free_attempts: int,
) -> ColumnElement[datetime]:
    steps = [(attempts == free_attempts + step, now + delay) for step, delay in enumerate(delays)]
    return case(
        (attempts < free_attempts, literal(EPOCH, Instant)),
        *((reached, literal(until, Instant)) for reached, until in steps),
        else_=literal(now + delays[-1], Instant),
    )


# {% endcall %}
