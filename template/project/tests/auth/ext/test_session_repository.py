# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Every change of a session is one statement that holds its own condition."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import NewSession, StoredUserProtocol
from app.database import Database
from app.models import AuthSession
from tests.auth.ext.conftest import NOW
from tests.steps import rows_of

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
async def test_a_session_of_a_disabled_user_is_not_found_for_a_refresh(
    transactions: SQLAlchemyAsyncTransactions,
    stored_user: StoredUserProtocol,
) -> None:
    before = await transactions.run(lambda store: store.sessions.get_of_active_user(SESSION_ID))

    await transactions.run(lambda store: store.users.set_active(stored_user.id, active=False))

    after = await transactions.run(lambda store: store.sessions.get_of_active_user(SESSION_ID))
    assert before is not None
    assert after is None


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


# {% endcall %}
