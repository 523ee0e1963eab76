# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Changes of usernames and e-mail addresses, and deletion."""

import pytest

from app.auth.errors import DuplicateIdentity
from app.auth.protocols import StoredUserProtocol, Transactions
from tests.auth.contract.conftest import NOW, SESSION_ID, add_session, create_user, get_user
from tests.steps import account_named

NEW_EMAIL = "New@Example.com"


async def test_username_changes_with_its_key(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await transactions.run(lambda store: store.users.set_username(ann.id, "Other"))

    found = await transactions.run(lambda store: store.users.get_by_email_or_username("oTHER"))
    assert found is not None
    assert (found.id, found.username) == (ann.id, "Other")


async def test_username_may_change_in_its_spelling(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await transactions.run(lambda store: store.users.set_username(ann.id, ann.username.upper()))

    assert (await get_user(transactions, ann.id)).username == ann.username.upper()


async def test_taken_names_are_refused(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    with pytest.raises(DuplicateIdentity):
        await transactions.run(lambda store: store.users.set_username(ann.id, "BOB"))
    with pytest.raises(DuplicateIdentity):
        await transactions.run(
            lambda store: store.users.set_email(ann.id, "BOB@example.com", verified_at=NOW),
        )

    stored = await get_user(transactions, ann.id)
    assert (stored.username, stored.email) == (ann.username, ann.email)


async def test_email_changes_with_its_key_and_its_proof(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await transactions.run(
        lambda store: store.users.set_email(ann.id, NEW_EMAIL, verified_at=NOW),
    )

    found = await transactions.run(
        lambda store: store.users.get_by_email_or_username(NEW_EMAIL.lower()),
    )
    assert found is not None
    assert (found.id, found.email, found.email_verified_at) == (ann.id, NEW_EMAIL, NOW)


async def test_own_email_of_an_active_user_is_verified(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    async def verify(email: str) -> bool:
        return await transactions.run(
            lambda store: store.users.verify_email(ann.id, email, verified_at=NOW),
        )

    assert not await verify("another@example.com")
    assert await verify(ann.email.upper())
    assert (await get_user(transactions, ann.id)).email_verified_at == NOW

    await transactions.run(lambda store: store.users.set_active(ann.id, active=False))
    assert not await verify(ann.email)


async def test_active_superusers_are_listed(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    one, two, three = map(account_named, ("one", "two", "three"))
    first = await create_user(transactions, one, is_superuser=True)
    second = await create_user(transactions, two, is_superuser=True)
    await create_user(transactions, three, is_superuser=True, is_active=False)

    found = await transactions.run(lambda store: store.users.lock_superusers())
    assert found == {first.id, second.id}


async def test_deletion_includes_sessions(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_session(transactions, ann.id)

    await transactions.run(lambda store: store.users.delete(ann.id))

    assert await transactions.run(lambda store: store.users.get_by_id(ann.id)) is None
    assert await transactions.run(lambda store: store.sessions.get(SESSION_ID)) is None


# {% endcall %}
