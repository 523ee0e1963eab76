# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Moments are the same in every database."""

from datetime import UTC, datetime

import pytest

from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.database import Database
from app.models import User
from tests.auth.ext.conftest import NOW, create_user
from tests.conftest import Account
from tests.steps import rows_of


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
async def test_moment_comes_back_as_it_was_stored(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    moment: datetime,
) -> None:
    await create_user(transactions, Account(), created_at=moment)

    (row,) = await rows_of(database, User)
    assert (row.created_at, row.created_at.tzinfo) == (moment, UTC)


async def test_moment_is_kept_in_whole_milliseconds(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
) -> None:
    await create_user(transactions, Account(), created_at=NOW.replace(microsecond=1_999))

    (row,) = await rows_of(database, User)
    assert row.created_at == NOW.replace(microsecond=1_000)


# {% endcall %}
