# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Transactions are atomic and isolated."""

import pytest

from app.auth.errors import DuplicateIdentity, InvalidCredentials
from app.auth.protocols import Repositories, StoredUserProtocol, Transactions
from tests.auth.contract.conftest import create_user, get_user
from tests.serving import race
from tests.steps import Account


async def test_result_is_stored_before_it_is_returned(transactions: Transactions) -> None:
    created = await create_user(transactions, Account())

    found = await get_user(transactions, created.id)

    assert (found.email, found.password_hash) == ("ann@example.com", "a hash")


async def test_work_sees_its_own_changes(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    async def work(store: Repositories) -> bool | None:
        await store.users.get_by_id(ann.id)
        await store.users.set_active(ann.id, active=False)
        found = await store.users.get_by_id(ann.id)
        return found.is_active if found else None

    is_active = await transactions.run(work)

    assert is_active is False


@pytest.mark.parametrize("failure", [InvalidCredentials(), ZeroDivisionError()], ids=repr)
async def test_work_that_fails_stores_nothing(
    transactions: Transactions,
    ann: StoredUserProtocol,
    failure: Exception,
) -> None:
    async def work(store: Repositories) -> None:
        await store.users.set_active(ann.id, active=False)
        await store.users.set_password_hash(ann.id, "new")
        raise failure

    with pytest.raises(type(failure)) as passed:
        await transactions.run(work)

    found = await get_user(transactions, ann.id)
    assert passed.value is failure
    assert (found.is_active, found.password_hash) == (True, "a hash")


async def test_one_of_many_equal_registrations_succeeds(transactions: Transactions) -> None:
    async def register(_: int) -> bool:
        try:
            await create_user(transactions, Account())
        except DuplicateIdentity:
            return False
        return True

    succeeded = await race(10, register)

    assert sorted(succeeded) == [False] * 9 + [True]


# {% endcall %}
