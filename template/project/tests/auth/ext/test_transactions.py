# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Results are returned only after the commit. Conflicts are retried, defects are not."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.auth.errors import InvalidCredentials, StorageUnavailable
from app.auth.ext import transactions as module
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import Repositories
from app.database import Database
from app.models import AUTH_MODELS, User
from tests.auth.conftest import new_user
from tests.conftest import MovableClock
from tests.steps import Account, rows_of

ANN = Account()
# {% if database == "sqlite" %}
# The SQLite result codes for busy, disk full and no such table.
CONFLICT, OUTAGE, DEFECT = 5, 13, 1
# {% elif database == "postgresql" %}
#| # The SQLSTATEs for serialization failure, disk full and no such table.
#| CONFLICT, OUTAGE, DEFECT = "40001", "53100", "42P01"
# {% else %}
#| # The error numbers for deadlock, disk full and no such table.
#| CONFLICT, OUTAGE, DEFECT = 1213, 1021, 1146
# {% endif %}


class DriverError(Exception):
    """An error of the driver, with the code that identifies its kind."""

    def __init__(self, code: object) -> None:
        super().__init__(code)
        # {% if database == "sqlite" %}
        self.sqlite_errorcode = code
        # {% elif database == "postgresql" %}
        #| self.sqlstate = code
        # {% endif %}


class FailingSession(AsyncSession):
    """A session whose database fails at the commit."""

    async def commit(self) -> None:
        raise database_error(OUTAGE)


class LosingSession(AsyncSession):
    """A session that loses its connection during the commit."""

    async def commit(self) -> None:
        raise cut_connection()


class Work:
    """Creates a user, then raises the next of the failures, if any are left."""

    def __init__(self, clock: MovableClock, *failures: Exception) -> None:
        self.clock = clock
        self.failures = list(failures)
        self.attempts = 0

    async def __call__(self, store: Repositories) -> str:
        self.attempts += 1
        user = await store.users.create_user(
            new_user(ANN),
            password_hash="a hash",
            created_at=self.clock(),
        )
        if self.failures:
            raise self.failures.pop()
        return user.email


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
    return SQLAlchemyAsyncTransactions(database.session, User, AUTH_MODELS)


async def test_result_is_stored_before_it_is_returned(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock)

    result = await transactions.run(work)

    (user,) = await rows_of(database, User)
    assert (result, user.email, work.attempts) == (ANN.email, ANN.email, 1)


async def test_failing_commit_returns_nothing_and_stores_nothing(
    database: Database,
    clock: MovableClock,
) -> None:
    get_session = async_sessionmaker(database.writer, class_=FailingSession)
    failing = SQLAlchemyAsyncTransactions(get_session, User, AUTH_MODELS)

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

    assert (result, work.attempts) == (ANN.email, 2)
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
    losing = SQLAlchemyAsyncTransactions(get_session, User, AUTH_MODELS)
    work = Work(clock)

    with pytest.raises(StorageUnavailable):
        await losing.run(work)

    assert work.attempts == 1


async def test_conflict_is_retried_from_the_start(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    clock: MovableClock,
) -> None:
    work = Work(clock, *[database_error(CONFLICT)] * 3)

    result = await transactions.run(work)

    assert (result, work.attempts) == (ANN.email, 4)
    assert len(await rows_of(database, User)) == 1


async def test_conflict_is_retried_three_times_at_most(
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
async def test_outage_is_reported_at_once(
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
async def test_any_other_error_is_raised_and_stores_nothing(
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
