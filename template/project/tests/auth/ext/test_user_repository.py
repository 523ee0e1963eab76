# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users are found by one key each; a hash is replaced only as long as it is the old one."""

from typing import Any

import pytest

from app.auth.errors import DuplicateIdentity
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.protocols import StoredUserProtocol
from app.database import Database
from app.models import User
from tests.auth.ext.conftest import create_user
from tests.conftest import Account
from tests.steps import change_user, rows_of


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


# {% endcall %}
