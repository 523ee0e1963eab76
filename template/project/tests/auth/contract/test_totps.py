# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Authenticators: what every storage must do."""

import pytest

from app.auth.errors import ConcurrentChange
from app.auth.identifiers import UserId
from app.auth.protocols import Repositories, StoredUserProtocol, Transactions
from app.auth.totp.protocols import NewTotp, TotpProtocol
from tests.auth.contract.conftest import NOW

SECRET, KID = "a sealed seed", "a key"


async def add(transactions: Transactions, user_id: UserId, secret: str = SECRET) -> TotpProtocol:
    new = NewTotp(user_id=user_id, secret=secret, kid=KID, created_at=NOW)
    await transactions.run(lambda store: store.totps.add(new))
    return await get(transactions, user_id)


async def get(transactions: Transactions, user_id: UserId) -> TotpProtocol:
    totp = await find(transactions, user_id)
    assert totp is not None
    return totp


async def find(transactions: Transactions, user_id: UserId) -> TotpProtocol | None:
    return await transactions.run(lambda store: store.totps.get(user_id))


async def confirm(transactions: Transactions, totp: TotpProtocol, step: int = 7) -> bool:
    return await transactions.run(lambda store: store.totps.confirm(totp, step=step, now=NOW))


async def accept(transactions: Transactions, user_id: UserId, step: int) -> bool:
    return await transactions.run(lambda store: store.totps.accept(user_id, step=step))


@pytest.fixture
async def confirmed(transactions: Transactions, ann: StoredUserProtocol) -> TotpProtocol:
    """The authenticator of ann. Step 7 is used."""
    await confirm(transactions, await add(transactions, ann.id))
    return await get(transactions, ann.id)


async def test_authenticator_is_read_as_it_was_stored(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    totp = await add(transactions, ann.id)

    assert (totp.user_id, totp.secret, totp.kid, totp.created_at) == (ann.id, SECRET, KID, NOW)
    assert (totp.confirmed_at, totp.last_step) == (None, 0)


async def test_user_without_an_authenticator_has_none(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    await add(transactions, ann.id)

    assert await find(transactions, bob.id) is None


async def test_unconfirmed_authenticator_is_replaced(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add(transactions, ann.id)

    totp = await add(transactions, ann.id, "another sealed seed")

    assert totp.secret == "another sealed seed"


async def test_confirmed_authenticator_is_not_replaced(
    transactions: Transactions,
    confirmed: TotpProtocol,
) -> None:
    with pytest.raises(ConcurrentChange):
        await add(transactions, confirmed.user_id, "another sealed seed")

    assert (await get(transactions, confirmed.user_id)).secret == SECRET


async def test_authenticator_is_confirmed_once(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    totp = await add(transactions, ann.id)

    answers = [await confirm(transactions, totp, step) for step in (7, 8)]

    stored = await get(transactions, ann.id)
    assert answers == [True, False]
    assert (stored.confirmed_at, stored.last_step) == (NOW, 7)


async def test_replaced_seed_is_not_confirmed(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    replaced = await add(transactions, ann.id)
    await add(transactions, ann.id, "another sealed seed")

    assert not await confirm(transactions, replaced)


@pytest.mark.parametrize(("step", "accepted"), [(6, False), (7, False), (8, True), (9, True)])
async def test_later_steps_than_the_last_are_accepted(
    transactions: Transactions,
    confirmed: TotpProtocol,
    step: int,
    accepted: bool,
) -> None:
    """SEC-120."""
    assert await accept(transactions, confirmed.user_id, step) is accepted

    stored = await get(transactions, confirmed.user_id)
    assert stored.last_step == max(step, 7)


async def test_step_is_accepted_once(transactions: Transactions, confirmed: TotpProtocol) -> None:
    """SEC-120."""
    answers = [await accept(transactions, confirmed.user_id, 8) for _ in range(2)]

    assert answers == [True, False]


async def test_unconfirmed_authenticator_accepts_nothing(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    """SEC-124."""
    await add(transactions, ann.id)

    assert not await accept(transactions, ann.id, 8)
    assert not await accept(transactions, bob.id, 8)


async def test_confirmed_authenticator_is_deleted(
    transactions: Transactions,
    confirmed: TotpProtocol,
) -> None:
    owner = confirmed.user_id

    answers = [await transactions.run(lambda store: store.totps.delete(owner)) for _ in range(2)]

    assert answers == [True, False]
    assert await find(transactions, owner) is None


async def test_seeds_of_other_keys_are_listed_in_parts(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    for user in (ann, bob):
        await add(transactions, user.id)

    async def owners(kid: str, after: UserId | None, limit: int) -> list[UserId]:
        found = await transactions.run(
            lambda store: store.totps.list_sealed_otherwise(kid, after=after, limit=limit),
        )
        return [totp.user_id for totp in found]

    assert await owners(KID, None, 10) == []
    assert await owners("a new key", None, 10) == [ann.id, bob.id]
    assert await owners("a new key", None, 1) == [ann.id]
    assert await owners("a new key", ann.id, 10) == [bob.id]


async def test_seed_is_resealed_as_it_was_read(
    transactions: Transactions,
    confirmed: TotpProtocol,
) -> None:
    async def reseal(store: Repositories) -> bool:
        return await store.totps.reseal(confirmed, secret="sealed again", kid="a new key")

    answers = [await transactions.run(reseal) for _ in range(2)]

    stored = await get(transactions, confirmed.user_id)
    assert answers == [True, False]
    assert (stored.secret, stored.kid, stored.last_step) == ("sealed again", "a new key", 7)


async def test_authenticator_is_deleted_with_its_user(
    transactions: Transactions,
    confirmed: TotpProtocol,
) -> None:
    await transactions.run(lambda store: store.users.delete(confirmed.user_id))

    assert await find(transactions, confirmed.user_id) is None


# {% endcall %}
