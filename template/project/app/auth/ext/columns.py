"""Column types that every database can store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.exc import ArgumentError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, stored as milliseconds since 1970, which every database can store."""

    impl = BigInteger
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[datetime]):
        """Refuses dates of the database, such as `func.now()`: they would be compared as text."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            if any(isinstance(getattr(one, "type", None), DateTime | Date) for one in other):
                raise ArgumentError("compare an Instant with a datetime: utc_now(), not func.now()")
            return super().operate(op, *other, **options)

    comparator_factory = Comparator  # pyright: ignore[reportAssignmentType]

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an Instant needs a time zone: utc_now(), not datetime.now()")
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class SpaceSeparated(TypeDecorator[tuple[str, ...]]):
    """A tuple of words, stored in one column."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value.split())
