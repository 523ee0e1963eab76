# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A result is answered after its commit or not at all; conflicts are tried again, defects not."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.auth.errors import InvalidCredentials, StorageUnavailable
from app.auth.ext import transactions as module
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import Repositories
from app.database import Database
from app.models import AuthSession, AuthThrottle, User
from tests.conftest import MovableClock
from tests.steps import rows_of

# {% if database == "sqlite" %}
# The result codes of SQLite for: busy, disk full, no such table.
CONFLICT, OUTAGE, DEFECT = 5, 13, 1
# {% elif database == "postgresql" %}
#| # The SQLSTATEs for: serialization failure, disk full, no such table.
#| CONFLICT, OUTAGE, DEFECT = "40001", "53100", "42P01"
# {% else %}
#| # The error numbers for: deadlock, disk full, no such table.
#| CONFLICT, OUTAGE, DEFECT = 1213, 1021, 1146
# {% endif %}


class DriverError(Exception):
    """What the driver raises, as far as its kind is told from it."""

    def __init__(self, code: object) -> None:
        super().__init__(code)
        # {% if database == "sqlite" %}
        self.sqlite_errorcode = code
        # {% elif database == "postgresql" %}
        #| self.sqlstate = code
        # {% endif %}


class FailingSession(AsyncSession):
    """A session whose database is gone when it comes to the commit."""

    async def commit(self) -> None:
        raise database_error(OUTAGE)


class LosingSession(AsyncSession):
    """A session whose connection is cut during the commit."""

    async def commit(self) -> None:
        raise cut_connection()


class Work:
    """Creates a user, then fails as often as it is told."""

    def __init__(self, clock: MovableClock, *failures: Exception) -> None:
        self.clock = clock
        self.failures = list(failures)
        self.attempts = 0

    async def __call__(self, store: Repositories) -> str:
        self.attempts += 1
        user = await store.users.create_user(
            email="ann@example.com",
            username="ann",
            password_hash="a hash",
            is_staff=False,
            is_active=True,
            is_superuser=False,
            created_at=self.clock(),
        )
        if self.failures:
            raise self.failures.pop()
        return user.username


def database_error(code: object) -> DBAPIError:
    return DBAPIError("COMMIT", {}, DriverError(code))


def cut_connection() -> DBAPIError:
    return DBAPIError("COMMIT", {}, DriverError(OUTAGE), connection_invalidated=True)


@pytest.fixture
def transactions(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> SQLAlchemyAsyncTransactions:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0)
    return SQLAlchemyAsyncTransactions(database.session, User, AuthSession, AuthThrottle)


async def test_result_is_stored_before_it_is_answered(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock)

    result = await transactions.run(work)

    (user,) = await rows_of(database, User)
    assert (result, user.username, work.attempts) == ("ann", "ann", 1)


async def test_failing_commit_answers_nothing_and_stores_nothing(
    database: Database,
    clock: MovableClock,
) -> None:
    get_session = async_sessionmaker(database.writer, class_=FailingSession)
    failing = SQLAlchemyAsyncTransactions(get_session, User, AuthSession, AuthThrottle)

    with pytest.raises(StorageUnavailable):
        await failing.run(Work(clock))

    assert await rows_of(database, User) == []  # SEC-82


async def test_a_connection_that_was_cut_before_the_commit_is_replaced(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock, cut_connection())

    result = await transactions.run(work)

    assert (result, work.attempts) == ("ann", 2)
    assert len(await rows_of(database, User)) == 1


async def test_a_connection_that_is_cut_again_is_an_outage(
    transactions: SQLAlchemyAsyncTransactions,
    clock: MovableClock,
) -> None:
    work = Work(clock, cut_connection(), cut_connection())

    with pytest.raises(StorageUnavailable):
        await transactions.run(work)

    assert work.attempts == 2


async def test_a_commit_that_may_have_happened_is_not_repeated(
    database: Database,
    clock: MovableClock,
) -> None:
    get_session = async_sessionmaker(database.writer, class_=LosingSession)
    losing = SQLAlchemyAsyncTransactions(get_session, User, AuthSession, AuthThrottle)
    work = Work(clock)

    with pytest.raises(StorageUnavailable):
        await losing.run(work)

    assert work.attempts == 1


async def test_conflict_is_tried_again_from_the_start(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock, *[database_error(CONFLICT)] * 3)

    result = await transactions.run(work)

    assert (result, work.attempts) == ("ann", 4)
    assert len(await rows_of(database, User)) == 1


async def test_conflict_is_tried_again_three_times_at_most(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock, *[database_error(CONFLICT)] * 4)

    with pytest.raises(StorageUnavailable):
        await transactions.run(work)

    assert work.attempts == 4
    assert await rows_of(database, User) == []


@pytest.mark.parametrize(
    "failure",
    [database_error(OUTAGE), PoolTimeoutError("no connection"), TimeoutError("no answer")],
    ids=["outage", "no connection", "no answer"],
)
async def test_outage_is_told_at_once(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
    failure: Exception,
) -> None:
    work = Work(clock, failure)

    with pytest.raises(StorageUnavailable) as refusal:
        await transactions.run(work)

    assert (refusal.value.__cause__, work.attempts) == (failure, 1)
    assert await rows_of(database, User) == []


@pytest.mark.parametrize(
    "failure",
    [
        database_error(DEFECT),
        IntegrityError("INSERT", {}, DriverError(DEFECT)),
        InvalidCredentials(),
        ZeroDivisionError(),
    ],
    ids=["missing table", "another constraint", "refusal", "defect"],
)
async def test_anything_else_passes_through_and_stores_nothing(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
    failure: Exception,
) -> None:
    work = Work(clock, failure)

    with pytest.raises(type(failure)) as passed:
        await transactions.run(work)

    assert (passed.value, work.attempts) == (failure, 1)
    assert await rows_of(database, User) == []


# {% endcall %}
