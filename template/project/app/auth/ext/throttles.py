# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The count of login attempts in SQLAlchemy."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import BigInteger, ColumnElement, case, delete, literal, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import ConcurrentChange
from app.auth.ext.columns import EPOCH, MILLISECOND
from app.auth.ext.database import changed_rows
from app.auth.ext.models import AuthThrottleMixin

AFTER_DIGITS = "g"  # sorts after every hexadecimal digit
# An attempt may be counted after one that read the clock later, here or on another machine.
CLOCK_TOLERANCE = timedelta(seconds=1)


class SQLAlchemyAsyncThrottleProtocol:
    """Attempts in one database session."""

    def __init__(self, session: AsyncSession, throttle_model: type[AuthThrottleMixin]) -> None:
        self._session = session
        self._model = throttle_model

    async def count(
        self,
        key: str,
        *,
        now: datetime,
        decay: timedelta,
        delays: Sequence[timedelta],
        free_attempts: int,
    ) -> datetime | None:
        model, moment = self._model, _milliseconds(now)
        stored = self._forgotten_at()
        forgotten_at = case((stored < moment, moment), else_=stored) + decay // MILLISECOND
        blocked_until = _end_of_block(forgotten_at, now, decay, delays, free_attempts)
        # Some databases assign from left to right and use the new values, so the column from which
        # the other one is computed comes last.
        statement = (
            update(model)
            .where(model.key == key, model.blocked_until <= now)
            .ordered_values(
                (model.blocked_until, blocked_until),
                (model.forgotten_at, forgotten_at),
            )
        )
        if await changed_rows(self._session, statement) == 1:
            return None
        known = select(model.blocked_until).where(model.key == key)
        blocked = await self._session.scalar(known)
        if blocked is None:
            await self._insert(key)
            await changed_rows(self._session, statement)
        elif blocked <= now:
            raise ConcurrentChange  # another process inserted the row after our UPDATE
        return blocked

    async def give_back(self, key: str, *, decay: timedelta) -> None:
        statement = update(self._model).where(self._model.key == key)
        earlier = self._forgotten_at() - decay // MILLISECOND
        values = statement.values(blocked_until=EPOCH, forgotten_at=earlier)
        await changed_rows(self._session, values)

    async def forget(self, prefix: str) -> None:
        key = self._model.key
        begins = key.between(prefix, prefix + AFTER_DIGITS)  # unlike LIKE, it uses the index
        await changed_rows(self._session, delete(self._model).where(begins))

    async def purge(self, *, forgotten_before: datetime, limit: int) -> int:
        model = self._model
        old = select(model.key).where(model.forgotten_at < forgotten_before).limit(limit)
        found = await self._session.scalars(old)
        return await changed_rows(self._session, delete(model).where(model.key.in_(found.all())))

    def _forgotten_at(self) -> ColumnElement[int]:
        """Return the column as the number that is stored, for arithmetic."""
        return type_coerce(self._model.forgotten_at, BigInteger)

    async def _insert(self, key: str) -> None:
        new_row = cast(Callable[..., AuthThrottleMixin], self._model)
        self._session.add(new_row(key=key, forgotten_at=EPOCH, blocked_until=EPOCH))
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise ConcurrentChange from error


def _milliseconds(moment: datetime) -> ColumnElement[int]:
    return literal((moment - EPOCH) // MILLISECOND, BigInteger)


def _end_of_block(
    forgotten_at: ColumnElement[int],
    now: datetime,
    decay: timedelta,
    delays: Sequence[timedelta],
    free_attempts: int,
) -> ColumnElement[int]:
    """Return the delay of the last attempt: the more decays until all are forgotten, the longer."""

    def at_most(attempts: int) -> ColumnElement[bool]:
        return forgotten_at <= _milliseconds(now + CLOCK_TOLERANCE + attempts * decay)

    steps = [(at_most(free_attempts + step), now + delay) for step, delay in enumerate(delays)]
    return case(
        (at_most(free_attempts - 1), _milliseconds(EPOCH)),
        *((reached, _milliseconds(until)) for reached, until in steps),
        else_=_milliseconds(now + delays[-1]),
    )


# {% endcall %}
