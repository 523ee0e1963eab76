# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Transactions on the real database, and a user in it."""

from datetime import UTC, datetime

import pytest

from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import StoredUserProtocol
from app.database import Database
from app.models import AuthSession, AuthThrottle, User
from tests.conftest import Account

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def transactions(database: Database) -> SQLAlchemyAsyncTransactions:
    return SQLAlchemyAsyncTransactions(database.session, User, AuthSession, AuthThrottle)


@pytest.fixture
async def stored_user(transactions: SQLAlchemyAsyncTransactions) -> StoredUserProtocol:
    return await create_user(transactions, Account())


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


# {% endcall %}
