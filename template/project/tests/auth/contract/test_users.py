# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users are found by e-mail or username. A hash is replaced only if it has not changed."""

from functools import partial

import pytest

from app.auth.errors import DuplicateIdentity
from app.auth.identifiers import UserId
from app.auth.protocols import Repositories, Role, StoredUserProtocol, Transactions
from tests.auth.conftest import new_user
from tests.auth.contract.conftest import NOW, create_user, get_user
from tests.steps import Account, profile
from tests.user_ids import user_id


async def test_user_is_stored_as_given(transactions: Transactions) -> None:
    given = new_user(Account(), is_staff=True, is_active=False)
    created = await transactions.run(
        lambda store: store.users.create_user(given, password_hash="a hash", created_at=NOW),
    )

    user = await get_user(transactions, created.id)

    assert profile(user) == profile(Account())
    assert (user.is_active, user.is_staff, user.is_superuser) == (False, True, False)
    assert (user.password_hash, user.created_at) == ("a hash", NOW)
    assert user.email_verified_at is None


async def test_unknown_id_has_no_user(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    found = await transactions.run(lambda store: store.users.get_by_id(user_id(10**9)))

    assert found is None


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        ("ann", True),
        ("ANN", True),
        ("ann@example.com", True),
        ("Ann@Example.com", True),
        (" ann\u200b", True),
        ("\uff41nn@example\u3002com", True),
        ("ann@example", False),
        ("example.com", False),
        ("", False),
        ("ann\0", False),
        ("ann\ud800", False),
    ],
)
async def test_user_is_found_by_email_or_username(
    transactions: Transactions,
    ann: StoredUserProtocol,
    value: str,
    is_found: bool,
) -> None:
    found = await transactions.run(lambda store: store.users.get_by_email_or_username(value))

    assert (found is not None and found.id == ann.id) is is_found


@pytest.mark.parametrize(
    ("account", "value"),
    [
        (Account(email="bob", username="ann"), "bob"),
        (Account(email="ann@example.com", username="bob@example.com"), "bob@example.com"),
    ],
    ids=["username", "e-mail"],
)
async def test_username_is_not_looked_up_among_emails(
    transactions: Transactions,
    account: Account,
    value: str,
) -> None:
    await create_user(transactions, account)

    found = await transactions.run(lambda store: store.users.get_by_email_or_username(value))

    assert found is None  # SEC-17


@pytest.mark.parametrize(
    ("account", "new_key"),
    [
        (Account(email="bob@example.com", username="ANN"), "bob@example.com"),
        (Account(email="ANN@example.com", username="bob"), "bob"),
    ],
    ids=["username", "e-mail"],
)
async def test_second_user_with_one_key_is_refused(
    transactions: Transactions,
    ann: StoredUserProtocol,
    account: Account,
    new_key: str,
) -> None:
    with pytest.raises(DuplicateIdentity):
        await create_user(transactions, account)

    found = await transactions.run(lambda store: store.users.get_by_email_or_username(new_key))
    assert found is None


async def test_hash_is_replaced_when_it_is_still_the_old_one(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(ann.id, old="a hash", new="new"),
    )

    changed, other = await get_user(transactions, ann.id), await get_user(transactions, bob.id)
    assert (replaced, changed.password_hash, other.password_hash) == (True, "new", "a hash")


async def test_hash_that_is_the_same_counts_as_replaced(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    """A login without an upgrade does this to lock the user's row until its session is stored."""
    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(ann.id, old="a hash", new="a hash"),
    )

    user = await get_user(transactions, ann.id)
    assert (replaced, user.password_hash) == (True, "a hash")


@pytest.mark.parametrize(
    ("is_active", "old"),
    [(True, "another"), (True, "A HASH"), (False, "a hash")],
    ids=["changed", "in capitals", "disabled"],
)
async def test_hash_is_not_replaced_otherwise(
    transactions: Transactions,
    ann: StoredUserProtocol,
    is_active: bool,
    old: str,
) -> None:
    await transactions.run(lambda store: store.users.set_active(ann.id, active=is_active))

    replaced = await transactions.run(
        lambda store: store.users.replace_password_hash(ann.id, old=old, new="new"),
    )

    user = await get_user(transactions, ann.id)
    assert (replaced, user.password_hash) == (False, "a hash")


async def test_operator_sets_the_hash_of_one_user(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    await transactions.run(lambda store: store.users.set_password_hash(ann.id, "new"))

    changed, other = await get_user(transactions, ann.id), await get_user(transactions, bob.id)
    assert (changed.password_hash, other.password_hash) == ("new", "a hash")


async def test_operator_disables_and_enables_one_user(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    await transactions.run(lambda store: store.users.set_active(ann.id, active=False))
    disabled, other = await get_user(transactions, ann.id), await get_user(transactions, bob.id)

    await transactions.run(lambda store: store.users.set_active(ann.id, active=True))

    enabled = await get_user(transactions, ann.id)
    assert (disabled.is_active, other.is_active, enabled.is_active) == (False, True, True)


@pytest.mark.parametrize("role", Role)
async def test_operator_grants_and_revokes_a_role_of_one_user(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
    role: Role,
) -> None:
    await transactions.run(lambda store: store.users.set_role(ann.id, role, granted=True))
    granted, other = await get_user(transactions, ann.id), await get_user(transactions, bob.id)

    await transactions.run(lambda store: store.users.set_role(ann.id, role, granted=False))

    revoked = await get_user(transactions, ann.id)
    assert [roles_of(user) for user in (granted, other, revoked)] == [{role}, set(), set()]


async def test_superusers_are_those_who_can_sign_in(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    for user in (ann, bob):
        grant = partial(grant_superuser, user.id)
        await transactions.run(grant)
    await transactions.run(lambda store: store.users.set_active(ann.id, active=False))

    superusers = await transactions.run(lambda store: store.users.lock_superusers())

    assert superusers == {bob.id}


async def test_users_are_listed_in_pages(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    async def page(after: UserId | None, limit: int = 1) -> list[UserId]:
        users = await transactions.run(lambda store: store.users.list_after(after, limit=limit))
        return [user.id for user in users]

    [first] = await page(None)
    [second] = await page(first)

    assert {first, second} == {ann.id, bob.id}
    assert await page(second) == []
    assert await page(None, limit=9) == [first, second]


async def grant_superuser(user_id: UserId, store: Repositories) -> None:
    await store.users.set_role(user_id, Role.SUPERUSER, granted=True)


def roles_of(user: StoredUserProtocol) -> set[Role]:
    """Return the roles that a user has."""
    return {role for role in Role if getattr(user, f"is_{role}")}


# {% endcall %}
