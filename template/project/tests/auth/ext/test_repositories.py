# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Every change of a user or a session is one statement that holds its own condition."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.auth.errors import DuplicateIdentity
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import NewSession, StoredUserProtocol
from app.database import Database
from app.models import AuthSession, User
from tests.conftest import Account
from tests.steps import change_user, rows_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
SESSION_ID = "0123456789abcdef0123456789abcdef"

# What makes a session one that cannot be rotated from its first generation.
NOT_ROTATABLE: dict[str, dict[str, Any]] = {
    "a later generation": {"generation": 2},
    "revoked": {"revoked_at": NOW - WEEK},
    "idle for too long": {"idle_expires_at": NOW},
    "at its absolute end": {"absolute_expires_at": NOW},
}


@pytest.fixture
def transactions(database: Database) -> SQLAlchemyAsyncTransactions:
    return SQLAlchemyAsyncTransactions(database.session, User, AuthSession)


@pytest.fixture
async def stored_user(transactions: SQLAlchemyAsyncTransactions) -> StoredUserProtocol:
    return await create_user(transactions, Account())


@pytest.fixture
async def stored_session(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
) -> None:
    """A session in its first generation, with a week to live and a month at most."""
    new = NewSession(
        id=SESSION_ID,
        user_id=stored_user.id,
        kid="first key",
        created_at=NOW,
        idle_expires_at=NOW + WEEK,
        absolute_expires_at=NOW + 4 * WEEK,
        ip=None,
        user_agent=None,
    )
    await transactions.run(lambda store: store.sessions.add(new))


async def create_user(
    transactions: SQLAlchemyAsyncTransactions,
    account: Account,
    created_at: datetime = NOW,
) -> StoredUserProtocol:
    return await transactions.run(
        lambda store: store.users.create_user(
            email=account.email,
            username=account.username,
            password_hash="a hash",
            is_staff=False,
            is_active=True,
            is_superuser=False,
            created_at=created_at,
        ),
    )


async def change_session(database: Database, **values: Any) -> None:
    async with database.session() as session:
        row = await session.get_one(AuthSession, SESSION_ID)
        for name, value in values.items():
            setattr(row, name, value)
        await session.commit()


async def rotate(
    transactions: SQLAlchemyAsyncTransactions,
    *,
    session_id: str = SESSION_ID,
    now: datetime = NOW,
) -> bool:
    """Rotate from the first generation."""
    return await transactions.run(
        lambda store: store.sessions.rotate(
            session_id,
            1,
            now=now,
            idle_expires_at=now + WEEK,
            kid="second key",
        ),
    )


async def columns_of(database: Database) -> dict[str, Any]:
    """Return the columns of the only session."""
    (row,) = await rows_of(database, AuthSession)
    return {column.key: getattr(row, column.key) for column in AuthSession.__table__.columns}


@pytest.mark.usefixtures("stored_session")
async def test_rotation_steps_the_session_on(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
) -> None:
    before = await columns_of(database)
    later = NOW + timedelta(days=1)

    rotated = await rotate(transactions, now=later)

    changed = {"generation": 2, "rotated_at": later, "kid": "second key"}
    assert rotated
    assert await columns_of(database) == {**before, **changed, "idle_expires_at": later + WEEK}


@pytest.mark.parametrize("values", NOT_ROTATABLE.values(), ids=NOT_ROTATABLE)
@pytest.mark.usefixtures("stored_session")
async def test_rotation_of_any_other_session_changes_nothing(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    values: dict[str, Any],
) -> None:
    await change_session(database, **values)
    before = await columns_of(database)

    rotated = await rotate(transactions)

    assert not rotated
    assert await columns_of(database) == before


@pytest.mark.usefixtures("stored_session")
async def test_rotation_of_an_unknown_session_changes_nothing(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
) -> None:
    before = await columns_of(database)

    rotated = await rotate(transactions, session_id=SESSION_ID[::-1])

    assert not rotated
    assert await columns_of(database) == before


@pytest.mark.usefixtures("stored_session")
async def test_idle_end_is_never_after_the_absolute_end(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
) -> None:
    absolute_end = NOW + timedelta(days=3)
    await change_session(database, absolute_expires_at=absolute_end)

    await rotate(transactions)

    columns = await columns_of(database)
    assert columns["idle_expires_at"] == absolute_end


@pytest.mark.usefixtures("stored_session")
async def test_session_is_revoked_once(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
) -> None:
    first = await transactions.run(
        lambda store: store.sessions.revoke(SESSION_ID, now=NOW, reason="logout"),
    )
    second = await transactions.run(
        lambda store: store.sessions.revoke(SESSION_ID, now=NOW + WEEK, reason="reuse"),
    )

    columns = await columns_of(database)
    assert (first, second) == (True, False)
    assert (columns["revoked_at"], columns["revoked_reason"]) == (NOW, "logout")


@pytest.mark.usefixtures("stored_session")
async def test_revoking_all_counts_those_that_were_live(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
) -> None:
    first = await transactions.run(
        lambda store: store.sessions.revoke_all(stored_user.id, now=NOW, reason="disabled"),
    )
    second = await transactions.run(
        lambda store: store.sessions.revoke_all(stored_user.id, now=NOW, reason="disabled"),
    )

    assert (first, second) == (1, 0)


@pytest.mark.parametrize(
    ("absolute_end", "purged"),
    [(NOW + timedelta(milliseconds=1), 0), (NOW, 0), (NOW - timedelta(milliseconds=1), 1)],
)
@pytest.mark.usefixtures("stored_session")
async def test_only_sessions_that_ended_long_ago_are_purged(
    transactions: SQLAlchemyAsyncTransactions,
    database: Database,
    absolute_end: datetime,
    purged: int,
) -> None:
    await change_session(database, absolute_expires_at=absolute_end, revoked_at=NOW - WEEK)

    count = await transactions.run(
        lambda store: store.sessions.purge(ended_before=NOW, limit=10),
    )

    assert count == purged  # SEC-60
    assert len(await rows_of(database, AuthSession)) == 1 - purged


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        ("ann", True),
        ("ANN", True),
        ("ann@example.com", True),
        ("Ann@Example.com", True),
        ("ann@example", False),
        ("example.com", False),
        ("", False),
    ],
)
async def test_user_is_found_by_email_or_username(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
    value: str,
    is_found: bool,
) -> None:
    found = await transactions.run(lambda store: store.users.get_by_email_or_username(value))

    assert (found is not None and found.id == stored_user.id) is is_found


async def test_username_is_not_looked_up_among_emails(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
    database: Database,
) -> None:
    await change_user(database, Account(), email="bob", email_key="bob")

    found = await transactions.run(lambda store: store.users.get_by_email_or_username("bob"))

    assert found is None  # SEC-17


@pytest.mark.parametrize(
    "account",
    [Account(email="bob@example.com", username="ANN"), Account("ANN@example.com", username="bob")],
    ids=["username", "e-mail"],
)
async def test_second_user_with_one_key_is_refused(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
    database: Database,
    account: Account,
) -> None:
    with pytest.raises(DuplicateIdentity):
        await create_user(transactions, account)

    assert len(await rows_of(database, User)) == 1


async def test_hash_is_replaced_when_it_is_still_the_old_one(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
    database: Database,
) -> None:
    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(stored_user.id, old="a hash", new="new"),
    )

    (row,) = await rows_of(database, User)
    assert (replaced, row.password_hash) == (True, "new")


async def test_hash_that_is_the_same_counts_as_replaced(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
) -> None:
    """A login without an upgrade asks for this, to hold the user's row until it has a session."""
    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(stored_user.id, old="a hash", new="a hash"),
    )

    assert replaced


@pytest.mark.parametrize(
    ("values", "old"),
    [({}, "another"), ({}, "A HASH"), ({"is_active": False}, "a hash")],
    ids=["changed", "in capitals", "disabled"],
)
async def test_hash_is_not_replaced_otherwise(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
    database: Database,
    values: dict[str, Any],
    old: str,
) -> None:
    if values:
        await change_user(database, Account(), **values)

    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(stored_user.id, old=old, new="new"),
    )

    (row,) = await rows_of(database, User)
    assert (replaced, row.password_hash) == (False, "a hash")


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
