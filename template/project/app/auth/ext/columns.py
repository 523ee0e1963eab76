"""Column types that every database can store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BinaryExpression,
    Date,
    DateTime,
    Dialect,
    FunctionElement,
    String,
    TypeDecorator,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, stored as milliseconds since 1970, which every database can store."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an Instant needs a time zone: utc_now(), not datetime.now()")
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


@compiles(BinaryExpression)
def refuse_dates_of_the_database(element: Any, compiler: Any, **options: Any) -> str:
    """Raise ArgumentError for an Instant and `func.now()`: they would be compared as text."""
    is_call = isinstance(element.right, FunctionElement)  # its arguments are not compared
    listed = [] if is_call else getattr(element.right, "clauses", [])  # BETWEEN and IN
    operands = (element.left, element.right, *listed)
    types = [getattr(operand, "type", None) for operand in operands]
    has_date = any(isinstance(one, DateTime | Date) for one in types)
    if has_date and any(isinstance(one, Instant) for one in types):
        raise ArgumentError("compare an Instant with a datetime: utc_now(), not func.now()")
    compiled: str = compiler.visit_binary(element, **options)
    return compiled


class SpaceSeparated(TypeDecorator[tuple[str, ...]]):
    """A tuple of words, stored in one column."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value.split())
