# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A success response is sent only after the commit (SEC-82)."""

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.models import AuthSession, User
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credential,
    credentials,
    log_in,
    refresh,
    registration,
    rows_of,
)


def refuse_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def commit(_: AsyncSession) -> None:
        lost = OSError("the connection is lost")
        raise OperationalError("COMMIT", None, lost, connection_invalidated=True)

    monkeypatch.setattr(AsyncSession, "commit", commit)


def refusal(response: Response) -> tuple[int, str, str]:
    """Return the status, the error code and the seconds to wait."""
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers  # no credential is set or cleared
    # {% endif %}
    return *code_of(response), response.headers["Retry-After"]


async def test_registration_that_is_not_stored_fails(
    client: AsyncClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_commits(monkeypatch)

    response = await client.post(f"{AUTH}/register", json=registration(Account()))

    users = await rows_of(database, User)
    assert refusal(response) == (503, "unavailable", "1")
    assert users == []


async def test_login_that_is_not_stored_fails(
    client: AsyncClient,
    database: Database,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_commits(monkeypatch)
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    sessions = await rows_of(database, AuthSession)
    assert refusal(response) == (503, "unavailable", "1")
    assert sessions == []


async def test_refresh_that_is_not_stored_fails(
    client: AsyncClient,
    database: Database,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = await log_in(client, user)
    refuse_commits(monkeypatch)

    response = await refresh(client, tokens.refresh)

    [session] = await rows_of(database, AuthSession)
    assert refusal(response) == (503, "unavailable", "1")
    assert session.generation == 1


async def test_logout_that_is_not_stored_fails(
    client: AsyncClient,
    database: Database,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = await log_in(client, user)
    refuse_commits(monkeypatch)

    response = await client.post(f"{AUTH}/logout", headers=credential(tokens.access))

    [session] = await rows_of(database, AuthSession)
    assert refusal(response) == (503, "unavailable", "1")
    assert session.revoked_at is None


async def test_replay_whose_revocation_is_not_stored_fails(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = await log_in(client, user)
    await refresh(client, tokens.refresh)
    clock.move(minutes=1)
    refuse_commits(monkeypatch)

    response = await refresh(client, tokens.refresh)

    assert refusal(response) == (503, "unavailable", "1")


# {% endcall %}
