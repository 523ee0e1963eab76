# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A logout ends the session of whatever token comes, and never complains."""

import pytest

from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession
from tests.auth.conftest import log_in
from tests.conftest import Account, MovableClock
from tests.steps import rows_of


async def reasons_of(database: Database) -> list[str | None]:
    """Return why each session was revoked, in the order of their logins."""
    sessions = await rows_of(database, AuthSession)
    sessions.sort(key=lambda session: session.created_at)
    return [session.revoked_reason for session in sessions]


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
async def test_either_token_logs_out(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
    token: str,
) -> None:
    await service.logout(getattr(pair, token))

    (session,) = await rows_of(database, AuthSession)
    assert (session.revoked_reason, session.revoked_at) == ("logout", clock.now)


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
async def test_expired_token_logs_out(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
    token: str,
) -> None:
    clock.move(days=100)

    await service.logout(getattr(pair, token))

    assert await reasons_of(database) == ["logout"]  # SEC-58


async def test_second_logout_changes_nothing(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    first = clock.now
    await service.logout(pair.access_token)
    clock.move(minutes=1)

    await service.logout(pair.refresh_token)

    (session,) = await rows_of(database, AuthSession)
    assert session.revoked_at == first


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "=" * 5000])
async def test_garbage_logs_nobody_out(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    token: str,
) -> None:
    await service.logout(token)

    assert await reasons_of(database) == [None]


async def test_forged_token_logs_nobody_out(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    content, _, signature = pair.access_token.rpartition(".")

    await service.logout(f"{content}.{signature[::-1]}")

    assert await reasons_of(database) == [None]


async def test_logout_leaves_other_sessions_alone(
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
    clock: MovableClock,
) -> None:
    clock.move(seconds=1)
    await log_in(service, Account())

    await service.logout(pair.access_token)

    assert await reasons_of(database) == ["logout", None]


# {% endcall %}
