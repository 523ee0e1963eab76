# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Success is answered only after its commit, and a lost database signs nobody out (SEC-82)."""

from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import PasswordContext
from app.database import Database
from app.main import create_app
from app.models import AuthSession, User
from app.settings import Settings
from tests.conftest import Account, MovableClock
from tests.serving import serve
from tests.steps import code_of, credential, log_in, refresh, rows_of

# {% if database == "sqlite" %}
NOWHERE: dict[str, Any] = {"database": "/no/such/folder/app.db"}
# {% else %}
#| NOWHERE: dict[str, Any] = {"host": "127.0.0.1", "port": 9}
# {% endif %}


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


@pytest.fixture
async def stranded(
    settings: Settings,
    clock: MovableClock,
    password_context: PasswordContext,
) -> AsyncGenerator[AsyncClient]:
    """A client of an application whose database is away."""
    url = make_url(settings.database.url).set(**NOWHERE)
    away = settings.database.model_copy(
        update={"url": url.render_as_string(hide_password=False)},
    )
    lost = settings.model_copy(update={"database": away})
    app = create_app(lost, clock=clock, password_context=password_context)
    async with serve(app) as client:
        yield client


async def test_process_is_alive_without_its_database(stranded: AsyncClient) -> None:
    response = await stranded.get("/health")

    assert response.status_code == 200


async def test_process_is_not_ready_without_its_database(stranded: AsyncClient) -> None:
    response = await stranded.get("/ready")

    assert refusal(response) == (503, "unavailable", "1")


async def test_lost_database_signs_nobody_out(
    client: AsyncClient,
    stranded: AsyncClient,
    user: Account,
) -> None:
    """A client that gets a 401 forgets its tokens, so this is none."""
    tokens = await log_in(client, user)

    responses = [
        await stranded.get("/auth/me", headers=credential(tokens.access)),
        await stranded.get("/hello", headers=credential(tokens.access)),
        await refresh(stranded, tokens.refresh),
    ]

    assert [refusal(response) for response in responses] == [(503, "unavailable", "1")] * 3


async def test_lost_database_registers_nobody(stranded: AsyncClient) -> None:
    response = await stranded.post("/auth/register", json=asdict(Account()))

    assert refusal(response) == (503, "unavailable", "1")


# {% endcall %}
