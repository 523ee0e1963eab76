# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Timestamps are stored alike in every database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import ColumnElement, DateTime, cast, func, select
from sqlalchemy.exc import ArgumentError, StatementError

from app.auth.storage import Storage
from app.database import Database
from app.models import User
from tests.auth.contract.conftest import NOW, create_user
from tests.steps import Account, rows_of


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 7, 20, 20, 17, 40, 123_000, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2030, 6, 1, 12, 30, 45, 999_000, tzinfo=UTC),
        datetime(2030, 6, 1, 12, tzinfo=UTC).astimezone(tz=None),
        datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    ],
    ids=str,
)
async def test_time_is_read_as_it_was_stored(
    storage: Storage,
    database: Database,
    moment: datetime,
) -> None:
    await create_user(storage.transactions, Account(), created_at=moment)

    (row,) = await rows_of(database, User)
    assert (row.created_at, row.created_at.tzinfo) == (moment, UTC)


async def test_time_is_stored_in_whole_milliseconds(
    storage: Storage,
    database: Database,
) -> None:
    await create_user(storage.transactions, Account(), created_at=NOW.replace(microsecond=1_999))

    (row,) = await rows_of(database, User)
    assert row.created_at == NOW.replace(microsecond=1_000)


@pytest.mark.parametrize(
    "condition",
    [
        User.created_at < func.now(),
        func.current_date() > User.created_at,
        User.created_at.between(NOW, func.now()),
        func.now().between(User.created_at, User.created_at),
        User.created_at.in_([func.now()]),
        func.now() - User.created_at == 1,
        func.max(User.created_at) < func.now(),
    ],
)
def test_date_of_the_database_is_no_instant(condition: ColumnElement[bool]) -> None:
    """Some databases would compare a number with text, and every user would be older."""
    with pytest.raises(ArgumentError, match="utc_now"):
        str(select(User).where(condition))


@pytest.mark.parametrize(
    "converted",
    [cast(User.created_at, DateTime), func.to_timestamp(User.created_at, type_=DateTime())],
)
def test_converted_instant_may_be_compared_with_a_date(converted: ColumnElement[datetime]) -> None:
    query = select(User).where(converted < func.now(), func.now() > converted)

    assert "now()" in str(query)


async def test_time_without_a_zone_is_rejected(database: Database) -> None:
    query = select(User).where(User.created_at < NOW.replace(tzinfo=None))

    async with database.session() as session:
        with pytest.raises(StatementError, match="needs a time zone"):
            await session.execute(query)


async def test_times_are_compared_in_the_database(storage: Storage, database: Database) -> None:
    await create_user(storage.transactions, Account(), created_at=NOW)
    earlier, later = NOW - timedelta(hours=1), NOW + timedelta(hours=1)

    async with database.session() as session:
        found = await session.scalars(select(User.id).where(User.created_at > earlier))
        before = await session.scalars(select(User.id).where(User.created_at < earlier))
        between = await session.scalars(
            select(User.id).where(User.created_at.between(earlier, later)),
        )
        counts = [len(ids.all()) for ids in (found, before, between)]

    assert counts == [1, 0, 1]


# {% endcall %}
