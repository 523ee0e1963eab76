# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Recovery codes: what every storage must do."""

import pytest

from app.auth.identifiers import UserId
from app.auth.protocols import StoredUserProtocol, Transactions
from tests.auth.contract.conftest import NOW

FIRST, SECOND, OTHER = (digit * 64 for digit in "123")


async def replace_all(transactions: Transactions, user_id: UserId, *hashes: str) -> None:
    await transactions.run(lambda store: store.recovery_codes.replace_all(user_id, hashes))


async def redeem(transactions: Transactions, user_id: UserId, code_hash: str) -> bool:
    return await transactions.run(
        lambda store: store.recovery_codes.redeem(user_id, code_hash, now=NOW),
    )


async def count_unused(transactions: Transactions, user_id: UserId) -> int:
    return await transactions.run(lambda store: store.recovery_codes.count_unused(user_id))


@pytest.fixture
async def owner(transactions: Transactions, ann: StoredUserProtocol) -> UserId:
    """A user with two recovery codes."""
    await replace_all(transactions, ann.id, FIRST, SECOND)
    return ann.id


async def test_code_is_redeemed_once(transactions: Transactions, owner: UserId) -> None:
    """SEC-125."""
    answers = [await redeem(transactions, owner, FIRST) for _ in range(2)]

    assert answers == [True, False]
    assert await count_unused(transactions, owner) == 1
    assert await redeem(transactions, owner, SECOND)


async def test_code_of_another_user_is_not_redeemed(
    transactions: Transactions,
    owner: UserId,
    bob: StoredUserProtocol,
) -> None:
    assert not await redeem(transactions, bob.id, FIRST)
    assert not await redeem(transactions, owner, OTHER)
    assert await count_unused(transactions, owner) == 2


async def test_new_codes_replace_used_and_unused_ones(
    transactions: Transactions,
    owner: UserId,
    bob: StoredUserProtocol,
) -> None:
    """SEC-125."""
    await replace_all(transactions, bob.id, SECOND)
    await redeem(transactions, owner, FIRST)

    await replace_all(transactions, owner, OTHER)

    assert await count_unused(transactions, owner) == 1
    assert [await redeem(transactions, owner, one) for one in (FIRST, SECOND)] == [False, False]
    assert await redeem(transactions, bob.id, SECOND)


async def test_codes_can_be_replaced_by_none(transactions: Transactions, owner: UserId) -> None:
    await replace_all(transactions, owner)

    assert await count_unused(transactions, owner) == 0


async def test_codes_are_deleted_with_their_user(transactions: Transactions, owner: UserId) -> None:
    await transactions.run(lambda store: store.users.delete(owner))

    assert await count_unused(transactions, owner) == 0


# {% endcall %}
