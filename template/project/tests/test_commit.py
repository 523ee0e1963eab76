# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Success is answered only after its commit (SEC-82)."""

from dataclasses import asdict

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.models import AuthSession, User
from tests.conftest import Account, MovableClock
from tests.steps import code_of, credential, log_in, refresh, rows_of


def refuse_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def commit(_: AsyncSession) -> None:
        lost = OSError("the connection is lost")
        raise OperationalError("COMMIT", None, lost, connection_invalidated=True)

    monkeypatch.setattr(AsyncSession, "commit", commit)


def refusal(response: Response) -> tuple[int, str, str]:
    """Return the status, the code and how long to wait."""
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers  # nobody gains or loses a credential
    # {% endif %}
    return *code_of(response), response.headers["Retry-After"]


async def test_registration_that_is_not_stored_is_no_success(
    client: AsyncClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_commits(monkeypatch)

    response = await client.post("/auth/register", json=asdict(Account()))

    users = await rows_of(database, User)
    assert refusal(response) == (503, "unavailable", "1")
    assert users == []


async def test_login_that_is_not_stored_is_no_success(
    client: AsyncClient,
    database: Database,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_commits(monkeypatch)
    body = {"username_or_email": user.username, "password": user.password}

    response = await client.post("/auth/login", json=body)

    sessions = await rows_of(database, AuthSession)
    assert refusal(response) == (503, "unavailable", "1")
    assert sessions == []


async def test_refresh_that_is_not_stored_is_no_success(
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


async def test_logout_that_is_not_stored_is_no_success(
    client: AsyncClient,
    database: Database,
    user: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = await log_in(client, user)
    refuse_commits(monkeypatch)

    response = await client.post("/auth/logout", headers=credential(tokens.access))

    [session] = await rows_of(database, AuthSession)
    assert refusal(response) == (503, "unavailable", "1")
    assert session.revoked_at is None


async def test_replay_that_can_not_be_punished_is_no_success(
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
