# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The user of a session is found while the session is live and the user is active (SEC-40)."""

from typing import Any

import pytest

from app.auth.authenticator import Identity
from app.auth.errors import SessionEnded
from app.auth.identifiers import UserId
from app.auth.protocols import SessionProtocol, StoredUserProtocol, Transactions
from app.auth.wiring import Auth
from tests.auth.contract.conftest import EXPIRED, MINUTE, NOW, SESSION_ID, WEEK, add_session
from tests.serving import identify
from tests.steps import profile
from tests.user_ids import user_id


async def find(
    auth: Auth,
    user_id: UserId,
    session_id: str = SESSION_ID,
) -> Identity | None:
    token = await auth.tools.tokens.issue_access(user_id=user_id, session_id=session_id)
    try:
        return await identify(auth.authenticator, token)
    except SessionEnded:
        return None


async def test_user_of_a_live_session_is_found(
    auth: Auth,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    identity = await find(auth, ann.id)

    assert identity is not None
    user = identity.user
    assert (user.id, profile(user)) == (ann.id, profile(ann))
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert (user.created_at, user.email_verified_at) == (NOW, None)


async def test_identity_has_the_facts_of_its_session(
    auth: Auth,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    identity = await find(auth, ann.id)

    assert identity is not None
    assert identity.session_id == SESSION_ID
    assert (identity.authenticated_at, identity.methods) == (NOW - MINUTE, ("pwd", "otp"))


async def test_session_that_does_not_exist_has_no_user(auth: Auth, ann: StoredUserProtocol) -> None:
    assert await find(auth, ann.id) is None


@pytest.mark.parametrize("changes", EXPIRED.values(), ids=EXPIRED)
async def test_session_that_expired_has_no_user(
    auth: Auth,
    transactions: Transactions,
    ann: StoredUserProtocol,
    changes: dict[str, Any],
) -> None:
    await add_session(transactions, ann.id, **changes)

    assert await find(auth, ann.id) is None  # SEC-56


async def test_session_that_was_revoked_has_no_user(
    auth: Auth,
    transactions: Transactions,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    await transactions.run(
        lambda store: store.sessions.revoke(SESSION_ID, now=NOW, reason="logout"),
    )

    assert await find(auth, ann.id) is None


async def test_disabled_user_is_not_found(
    auth: Auth,
    transactions: Transactions,
    ann: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    await transactions.run(lambda store: store.users.set_active(ann.id, active=False))

    assert await find(auth, ann.id) is None  # SEC-41


async def test_session_serves_no_other_user(
    auth: Auth,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    assert await find(auth, bob.id) is None
    assert await find(auth, user_id(10**18 - 1)) is None  # the largest id that a token can have
    assert await find(auth, ann.id) is not None


async def test_each_session_leads_to_its_own_user(
    auth: Auth,
    transactions: Transactions,
    ann: StoredUserProtocol,
    bob: StoredUserProtocol,
    session: SessionProtocol,
) -> None:
    await add_session(transactions, bob.id, id=SESSION_ID[::-1], idle_expires_at=NOW + 2 * WEEK)

    found = await find(auth, bob.id, SESSION_ID[::-1])

    assert found is not None
    assert (found.user.id, found.session_id) == (bob.id, SESSION_ID[::-1])


# {% endcall %}
