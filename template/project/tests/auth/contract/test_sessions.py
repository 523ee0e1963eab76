# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Sessions are found by ID. A rotation applies only to the given generation."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.auth.protocols import SessionProtocol, StoredUserProtocol, Transactions
from tests.auth.contract.conftest import (
    EXPIRED,
    FIELDS,
    MINUTE,
    NOW,
    SESSION_ID,
    WEEK,
    add_session,
    fields,
    revoke,
)
from tests.serving import race


async def rotate(
    transactions: Transactions,
    *,
    session_id: str = SESSION_ID,
    now: datetime = NOW,
) -> bool:
    """Rotate a session that is in its first generation."""
    return await transactions.run(
        lambda store: store.sessions.rotate(
            session_id,
            1,
            now=now,
            idle_expires_at=now + WEEK,
            kid="second key",
            ip="198.51.100.1",
            user_agent="Browser/2.0",
        ),
    )


async def test_session_is_stored_in_its_first_generation(
    transactions: Transactions,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    stored = await fields(transactions)

    assert (
        stored.items()
        >= {
            "id": SESSION_ID,
            "user_id": ann.id,
            "generation": 1,
            "kid": "first key",
            "created_at": NOW,
            "authenticated_at": NOW - MINUTE,
            "methods": ("pwd", "otp"),
            "rotated_at": NOW,
            "idle_expires_at": NOW + WEEK,
            "absolute_expires_at": NOW + 4 * WEEK,
            "revoked_at": None,
            "revoked_reason": None,
            "ip": "192.0.2.7",
            "user_agent": "Browser/1.0",
            "last_ip": "192.0.2.7",
            "last_user_agent": "Browser/1.0",
        }.items()
    )


async def test_unknown_session_is_not_found(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    stranger = SESSION_ID[::-1]

    assert await transactions.run(lambda store: store.sessions.get(stranger)) is None
    assert await transactions.run(lambda store: store.sessions.get_of_active_user(stranger)) is None


async def test_a_session_of_a_disabled_user_is_not_found_for_a_refresh(
    transactions: Transactions,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    before = await transactions.run(lambda store: store.sessions.get_of_active_user(SESSION_ID))

    await transactions.run(lambda store: store.users.set_active(ann.id, active=False))

    after = await transactions.run(lambda store: store.sessions.get_of_active_user(SESSION_ID))
    assert before is not None
    assert {name: getattr(before, name) for name in FIELDS} == await fields(transactions)
    assert after is None


async def test_rotation_advances_the_session(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    before = await fields(transactions)
    later = NOW + timedelta(days=1)

    rotated = await rotate(transactions, now=later)

    changed = {
        "generation": 2,
        "rotated_at": later,
        "kid": "second key",
        "last_ip": "198.51.100.1",
        "last_user_agent": "Browser/2.0",
    }
    assert rotated is True
    assert await fields(transactions) == {**before, **changed, "idle_expires_at": later + WEEK}


@pytest.mark.parametrize("changes", EXPIRED.values(), ids=EXPIRED)
async def test_session_that_ended_is_not_rotated(
    transactions: Transactions,
    ann: StoredUserProtocol,
    changes: dict[str, Any],
) -> None:
    await add_session(transactions, ann.id, **changes)
    before = await fields(transactions)

    rotated = await rotate(transactions)

    assert not rotated
    assert await fields(transactions) == before  # SEC-56


async def test_later_generation_is_not_rotated(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    await rotate(transactions)
    before = await fields(transactions)

    rotated = await rotate(transactions, now=NOW + timedelta(days=1))

    assert not rotated
    assert await fields(transactions) == before  # SEC-50


async def test_revoked_session_is_not_rotated(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    await revoke(transactions)
    before = await fields(transactions)

    rotated = await rotate(transactions)

    assert not rotated
    assert await fields(transactions) == before  # SEC-53


async def test_rotation_of_an_unknown_session_changes_nothing(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    before = await fields(transactions)

    rotated = await rotate(transactions, session_id=SESSION_ID[::-1])

    assert not rotated
    assert await fields(transactions) == before


async def test_idle_end_is_never_after_the_absolute_end(
    transactions: Transactions,
    ann: StoredUserProtocol,
) -> None:
    absolute_end = NOW + timedelta(days=3)
    await add_session(transactions, ann.id, absolute_expires_at=absolute_end)

    await rotate(transactions)

    stored = await fields(transactions)
    assert stored["idle_expires_at"] == absolute_end


async def test_one_of_many_concurrent_rotations_succeeds(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    rotated = await race(10, lambda _: rotate(transactions))

    stored = await fields(transactions)
    assert sorted(rotated) == [False] * 9 + [True]
    assert stored["generation"] == 2


# {% endcall %}
