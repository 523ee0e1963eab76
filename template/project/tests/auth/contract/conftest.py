# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Persistence layers that the contract tests run against, and the rows that they store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.auth.identifiers import UserId
from app.auth.protocols import NewSession, SessionProtocol, StoredUserProtocol, Transactions
from app.auth.storage import Storage
from tests.auth.conftest import new_user
from tests.steps import Account, account_named

NOW = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
SESSION_ID = "0123456789abcdef0123456789abcdef"
FIELDS = [name for name, value in vars(SessionProtocol).items() if isinstance(value, property)]
EXPIRED: dict[str, dict[str, Any]] = {
    "idle for too long": {"idle_expires_at": NOW},
    "at its absolute end": {"absolute_expires_at": NOW},
}
BOB = account_named("bob")


@pytest.fixture(params=["memory_storage", "database_storage"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each persistence layer. Add your own to the parameters."""
    storage: Storage = request.getfixturevalue(request.param)
    return storage


@pytest.fixture
def transactions(storage: Storage) -> Transactions:
    return storage.transactions


@pytest.fixture
async def ann(transactions: Transactions) -> StoredUserProtocol:
    return await create_user(transactions, Account())


@pytest.fixture
async def bob(transactions: Transactions) -> StoredUserProtocol:
    return await create_user(transactions, BOB)


@pytest.fixture
async def session(transactions: Transactions, ann: StoredUserProtocol) -> SessionProtocol:
    """A session of ann in its first generation. It ends in a week, or in four at most."""
    return await add_session(transactions, ann.id)


async def create_user(
    transactions: Transactions,
    account: Account,
    created_at: datetime = NOW,
    **others: Any,
) -> StoredUserProtocol:
    return await transactions.run(
        lambda store: store.users.create_user(
            new_user(account, **others),
            password_hash="a hash",
            created_at=created_at,
        ),
    )


async def get_user(transactions: Transactions, user_id: UserId) -> StoredUserProtocol:
    user = await transactions.run(lambda store: store.users.get_by_id(user_id))
    assert user is not None
    return user


async def add_session(
    transactions: Transactions,
    user_id: UserId,
    **changes: Any,
) -> SessionProtocol:
    """Store a new session with these changes."""
    usual = NewSession(
        id=SESSION_ID,
        user_id=user_id,
        kid="first key",
        created_at=NOW,
        authenticated_at=NOW - MINUTE,
        methods=("pwd", "otp"),
        idle_expires_at=NOW + WEEK,
        absolute_expires_at=NOW + 4 * WEEK,
        ip="192.0.2.7",
        user_agent="Browser/1.0",
    )
    new = replace(usual, **changes)
    return await transactions.run(lambda store: store.sessions.add(new))


async def fields(transactions: Transactions, session_id: str = SESSION_ID) -> dict[str, Any]:
    """Return every field of a stored session that the protocol has."""
    session = await transactions.run(lambda store: store.sessions.get(session_id))
    assert session is not None
    return {name: getattr(session, name) for name in FIELDS}


async def revoke(
    transactions: Transactions,
    session_id: str = SESSION_ID,
    *,
    now: datetime = NOW,
    reason: str = "logout",
) -> bool:
    return await transactions.run(
        lambda store: store.sessions.revoke(session_id, now=now, reason=reason),
    )


# {% endcall %}
