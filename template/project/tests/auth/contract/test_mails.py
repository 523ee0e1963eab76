# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Mails are tokens that can be used once, and entries of an outbox."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.auth.mail.kinds import MailKind
from app.auth.mail.protocols import MailProtocol, NewMail
from app.auth.protocols import Repositories, StoredUserProtocol, Transactions
from tests.auth.contract.conftest import MINUTE, NOW

TICK = timedelta(milliseconds=1)
VERIFY, RESET = MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD
MAIL_ID = "0123456789abcdef0123456789abcdef"


async def add_mail(transactions: Transactions, user: StoredUserProtocol, **changes: Any) -> str:
    """Store a mail with these changes; return its id."""
    usual: dict[str, Any] = {
        "id": MAIL_ID,
        "kind": RESET,
        "user_id": user.id,
        "address": user.email,
        "created_at": NOW,
        "expires_at": NOW + 30 * MINUTE,
        "owed": True,
    }
    mail = NewMail(**usual | changes)
    await transactions.run(lambda store: store.mails.add(mail))
    return mail.id


async def is_usable(
    transactions: Transactions,
    mail_id: str = MAIL_ID,
    kind: MailKind = RESET,
    now: datetime = NOW,
) -> bool:
    found = await transactions.run(lambda store: store.mails.find(mail_id, kind, now=now))
    return found is not None


async def redeem(
    transactions: Transactions,
    mail_id: str = MAIL_ID,
    kind: MailKind = RESET,
    now: datetime = NOW,
) -> bool:
    return await transactions.run(lambda store: store.mails.redeem(mail_id, kind, now=now))


async def due(transactions: Transactions, now: datetime = NOW) -> list[MailProtocol]:
    found = await transactions.run(lambda store: store.mails.list_due(now=now, limit=10))
    return list(found)


async def claim(
    transactions: Transactions,
    mail: MailProtocol,
    now: datetime = NOW,
) -> bool:
    return await transactions.run(
        lambda store: store.mails.claim(mail, now=now, until=now + MINUTE),
    )


async def test_token_is_used_once(transactions: Transactions, ann: StoredUserProtocol) -> None:
    await add_mail(transactions, ann)

    assert await is_usable(transactions)
    assert [await redeem(transactions), await redeem(transactions)] == [True, False]
    assert not await is_usable(transactions)


async def test_token_ends_with_its_lifetime(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    end = NOW + 30 * MINUTE

    assert not await is_usable(transactions, now=end)
    assert not await redeem(transactions, now=end)
    assert await redeem(transactions, now=end - TICK)


async def test_token_is_of_one_kind(transactions: Transactions, ann: StoredUserProtocol) -> None:
    await add_mail(transactions, ann)

    assert not await is_usable(transactions, kind=VERIFY)
    assert not await redeem(transactions, kind=VERIFY)
    assert not await redeem(transactions, mail_id="f" * 32)


async def test_only_tokens_of_the_user_and_the_kinds_become_void(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    await add_mail(transactions, ann, id="1" * 32, kind=VERIFY)
    await add_mail(transactions, bob, id="2" * 32)
    await add_mail(transactions, ann, id="3" * 32, user_id=None, address="nobody@example.com")

    await transactions.run(lambda store: store.mails.void(ann.id, RESET, now=NOW))
    await transactions.run(lambda store: store.mails.void(None, RESET, now=NOW))

    assert not await is_usable(transactions)
    assert await is_usable(transactions, "1" * 32, VERIFY)
    assert await is_usable(transactions, "2" * 32)
    assert await is_usable(transactions, "3" * 32)


async def test_several_kinds_become_void(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    await add_mail(transactions, ann, id="1" * 32, kind=VERIFY)

    await transactions.run(lambda store: store.mails.void(ann.id, RESET, VERIFY, now=NOW))

    assert await due(transactions) == []


async def test_owed_mail_is_due_until_it_is_sent(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    [mail] = await due(transactions)

    await transactions.run(lambda store: store.mails.mark_sent(mail.id, now=NOW))

    assert (mail.id, mail.kind, mail.user_id, mail.address) == (MAIL_ID, RESET, ann.id, ann.email)
    assert await due(transactions) == []
    assert not await claim(transactions, mail)
    assert await is_usable(transactions)


async def test_mail_that_is_not_owed_is_never_due(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann, owed=False)

    assert await due(transactions) == []
    assert await list_attempted(transactions) == []


async def test_used_or_expired_mail_is_not_sent(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    [mail] = await due(transactions)

    assert await due(transactions, now=NOW + 30 * MINUTE) == []
    assert not await claim(transactions, mail, now=NOW + 30 * MINUTE)

    await redeem(transactions)
    assert await due(transactions) == []
    assert not await claim(transactions, mail)


async def test_mail_is_claimed_once_and_due_again_after_its_pause(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    [mail] = await due(transactions)

    assert [await claim(transactions, mail), await claim(transactions, mail)] == [True, False]
    assert await due(transactions, now=NOW + MINUTE - TICK) == []
    [again] = await due(transactions, now=NOW + MINUTE)
    assert (again.attempts, await claim(transactions, again, now=NOW + MINUTE)) == (1, True)


async def test_oldest_mails_are_due_first(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann, id="1" * 32)
    await add_mail(transactions, ann, id="2" * 32, created_at=NOW - MINUTE)

    found = await transactions.run(lambda store: store.mails.list_due(now=NOW, limit=1))

    assert [mail.id for mail in found] == ["2" * 32]


async def list_attempted(transactions: Transactions) -> list[str]:
    found = await transactions.run(lambda store: store.mails.list_attempted(limit=10))
    return [mail.id for mail in found]


async def test_attempted_mails_are_listed_newest_first(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann, id="1" * 32, created_at=NOW - MINUTE)
    await add_mail(transactions, ann, id="2" * 32)
    for mail in await due(transactions):
        await claim(transactions, mail)
    await add_mail(transactions, ann, id="3" * 32)

    assert await list_attempted(transactions) == ["2" * 32, "1" * 32]


async def test_purge_deletes_expired_mails_up_to_a_limit(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    for digit in "123":
        await add_mail(transactions, ann, id=digit * 32, expires_at=NOW - TICK)
    await add_mail(transactions, ann, created_at=NOW - MINUTE, expires_at=NOW)

    async def purge(store: Repositories) -> int:
        return await store.mails.purge(expired_before=NOW, limit=2)

    assert [await transactions.run(purge) for _ in range(3)] == [2, 1, 0]
    assert len(await due(transactions, now=NOW - MINUTE)) == 1


async def test_deleting_a_user_deletes_their_mails(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
) -> None:
    await add_mail(transactions, ann)
    await add_mail(transactions, bob, id="1" * 32)
    await add_mail(transactions, ann, id="2" * 32, user_id=None)

    await transactions.run(lambda store: store.users.delete(ann.id))

    assert sorted(mail.id for mail in await due(transactions)) == ["1" * 32, "2" * 32]


@pytest.mark.parametrize("kind", list(MailKind))
async def test_every_kind_can_be_stored(
    transactions: Transactions,
    ann: StoredUserProtocol,
    kind: MailKind,
) -> None:
    await add_mail(transactions, ann, kind=kind)

    assert await is_usable(transactions, kind=kind)


# {% endcall %}
