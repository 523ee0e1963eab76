# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Refused refreshes, and the end of a session."""

from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.conftest import MovableClock
from tests.steps import Account, change_user, code_of, log_in, refresh, rotate, rows_of, tampered


async def test_access_token_does_not_refresh(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await refresh(client, tokens.access)

    assert code_of(response) == (401, "invalid_token")


async def test_forged_token_changes_nothing(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """Even if it names a real session and an old generation (SEC-55)."""
    tokens = await log_in(client, user)
    second = await rotate(client, tokens.refresh)
    await rotate(client, second)

    response = await refresh(client, tampered(tokens.refresh))

    [session] = await rows_of(database, AuthSession)
    assert code_of(response) == (401, "invalid_token")
    assert (session.generation, session.revoked_at) == (3, None)


async def test_disabled_user_cannot_refresh(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    """The session stays ended when the account is enabled again (SEC-41)."""
    tokens = await log_in(client, user)
    await change_user(database, user, is_active=False)

    response = await refresh(client, tokens.refresh)
    await change_user(database, user, is_active=True)
    later = await refresh(client, tokens.refresh)

    assert [code_of(response), code_of(later)] == [(401, "session_ended")] * 2


async def test_unused_session_ends(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    clock.move(days=7)

    response = await refresh(client, tokens.refresh)

    assert code_of(response) == (401, "session_ended")


async def test_session_ends_however_often_it_is_used(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    """The session ends 30 days after the login (SEC-56)."""
    tokens = await log_in(client, user)
    newest = tokens.refresh
    for _ in range(5):
        clock.move(days=5)
        newest = await rotate(client, newest)
    clock.move(days=5)

    response = await refresh(client, newest)

    assert code_of(response) == (401, "session_ended")


# {% endcall %}
