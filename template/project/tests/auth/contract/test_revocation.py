# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Sessions are revoked one at a time or per user, and purged long after their end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.auth.protocols import SessionProtocol, StoredUserProtocol, Transactions
from tests.auth.contract.conftest import (
    EXPIRED,
    NOW,
    SESSION_ID,
    WEEK,
    add_session,
    fields,
    revoke,
)

TICK = timedelta(milliseconds=1)
OTHER_IDS = [f"{number:032x}" for number in range(4)]


async def live_ids(transactions: Transactions, user: StoredUserProtocol) -> list[str]:
    live = await transactions.run(lambda store: store.sessions.list_live(user.id, now=NOW))
    return [session.id for session in live]


async def purge(transactions: Transactions, limit: int = 10) -> int:
    return await transactions.run(
        lambda store: store.sessions.purge(ended_before=NOW, limit=limit),
    )


@pytest.fixture
async def sessions_in_turn(transactions: Transactions, ann: StoredUserProtocol) -> list[str]:
    """The IDs of three live sessions of ann, newest first."""
    for age, session_id in enumerate(OTHER_IDS[:3]):
        created_at = NOW - age * timedelta(minutes=1)
        await add_session(transactions, ann.id, id=session_id, created_at=created_at)
    return OTHER_IDS[:3]


async def test_session_is_revoked_once(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    first = await revoke(transactions)
    second = await revoke(transactions, now=NOW + WEEK, reason="reuse")

    stored = await fields(transactions)
    assert (first, second) == (True, False)
    assert (stored["revoked_at"], stored["revoked_reason"]) == (NOW, "logout")


async def test_unknown_session_is_not_revoked(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    assert not await revoke(transactions, SESSION_ID[::-1])

    stored = await fields(transactions)
    assert stored["revoked_at"] is None


async def test_revoking_all_counts_those_that_were_live(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
    sessions_in_turn: list[str],
) -> None:
    await add_session(transactions, bob.id)
    await revoke(transactions, sessions_in_turn[0])

    first = await transactions.run(
        lambda store: store.sessions.revoke_all(ann.id, now=NOW, reason="disabled"),
    )
    second = await transactions.run(
        lambda store: store.sessions.revoke_all(ann.id, now=NOW, reason="disabled"),
    )

    assert (first, second) == (2, 0)
    assert await live_ids(transactions, bob) == [SESSION_ID]


async def test_revoking_all_but_one_leaves_that_one(
    transactions: Transactions,
    ann: StoredUserProtocol,
    sessions_in_turn: list[str],
) -> None:
    kept = sessions_in_turn[1]

    ended = await transactions.run(
        lambda store: store.sessions.revoke_all(
            ann.id,
            now=NOW,
            reason="password_changed",
            except_session_id=kept,
        ),
    )

    assert ended == 2
    assert await live_ids(transactions, ann) == [kept]


@pytest.mark.parametrize("keep", [0, 2, 3])
async def test_oldest_sessions_are_revoked(
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
    sessions_in_turn: list[str],
    keep: int,
) -> None:
    await add_session(transactions, bob.id)

    ended = await transactions.run(
        lambda store: store.sessions.revoke_oldest(
            ann.id,
            keep=keep,
            now=NOW,
            reason="too_many_sessions",
        ),
    )

    assert ended == 3 - keep
    assert await live_ids(transactions, ann) == sessions_in_turn[:keep]
    assert await live_ids(transactions, bob) == [SESSION_ID]


async def test_live_sessions_are_listed_newest_first(
    transactions: Transactions,
    ann: StoredUserProtocol,
    sessions_in_turn: list[str],
) -> None:
    same_moment = OTHER_IDS[3]
    await add_session(transactions, ann.id, id=same_moment)

    newest, *others = sessions_in_turn
    assert await live_ids(transactions, ann) == [newest, same_moment, *others]


@pytest.mark.parametrize("changes", EXPIRED.values(), ids=EXPIRED)
async def test_ended_sessions_are_not_listed(
    transactions: Transactions,
    ann: StoredUserProtocol,
    sessions_in_turn: list[str],
    changes: dict[str, Any],
) -> None:
    await add_session(transactions, ann.id, **changes)
    await revoke(transactions, sessions_in_turn[0])

    assert await live_ids(transactions, ann) == sessions_in_turn[1:]


@pytest.mark.parametrize(
    ("absolute_end", "purged"),
    [(NOW + TICK, 0), (NOW, 0), (NOW - TICK, 1)],
)
async def test_only_sessions_that_ended_long_ago_are_purged(
    transactions: Transactions,
    ann: StoredUserProtocol,
    absolute_end: datetime,
    purged: int,
) -> None:
    await add_session(transactions, ann.id, absolute_expires_at=absolute_end)
    await revoke(transactions)

    count = await purge(transactions)

    found = await transactions.run(lambda store: store.sessions.get(SESSION_ID))
    assert count == purged  # SEC-60
    assert (found is None) is bool(purged)


async def test_purge_deletes_no_more_than_the_limit(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    for session_id in OTHER_IDS[:3]:
        await add_session(transactions, ann.id, id=session_id, absolute_expires_at=NOW - TICK)
    counts: list[int] = []

    for _ in range(3):
        count = await purge(transactions, limit=2)
        counts.append(count)

    assert counts == [2, 1, 0]


# {% endcall %}
