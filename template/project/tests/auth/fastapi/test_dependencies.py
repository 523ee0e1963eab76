# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Guards for your own routes."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.fastapi.dependencies import current_user
from app.database import Database
from app.dependencies import CurrentStaff, CurrentSuperuser, CurrentUser
from app.models import User
from tests.steps import Account, change_user, code_of, credential, log_in

PRIVILEGES: dict[str, dict[str, bool]] = {
    "user": {},
    "staff": {"is_staff": True},
    "superuser": {"is_superuser": True},
    "both": {"is_staff": True, "is_superuser": True},
}
MAY_ENTER = {
    "user": ["/members"],
    "staff": ["/members", "/office"],
    "superuser": ["/members", "/office", "/vault"],
    "both": ["/members", "/office", "/vault"],
}
ROUTES = ["/members", "/office", "/vault"]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    @app.get("/members")
    async def members(user: CurrentUser) -> str:
        return user.email

    @app.get("/office")
    async def office(user: CurrentStaff) -> str:
        return user.email

    @app.get("/vault")
    async def vault(user: CurrentSuperuser) -> str:
        return user.email

    return app


@pytest.mark.parametrize("kind", PRIVILEGES)
async def test_guards_accept_the_users_they_name(
    client: AsyncClient,
    database: Database,
    user: Account,
    kind: str,
) -> None:
    tokens = await log_in(client, user)
    if PRIVILEGES[kind]:
        await change_user(database, user, **PRIVILEGES[kind])
    headers = credential(tokens.access)

    responses = {path: await client.get(path, headers=headers) for path in ROUTES}

    entered = [path for path, response in responses.items() if response.is_success]
    refused = {code_of(response) for path, response in responses.items() if path not in entered}
    assert entered == MAY_ENTER[kind]
    assert refused <= {(403, "permission_denied")}


@pytest.mark.parametrize("kind", PRIVILEGES)
async def test_one_override_serves_all_guards(app: FastAPI, client: AsyncClient, kind: str) -> None:
    """Tests of your own routes then need no account."""
    user = User(id=1, email="ann@example.com", **PRIVILEGES[kind])
    app.dependency_overrides[current_user] = lambda: user

    responses = {path: await client.get(path) for path in ROUTES}

    entered = [path for path, response in responses.items() if response.is_success]
    assert entered == MAY_ENTER[kind]


async def test_guards_refuse_requests_without_a_token(client: AsyncClient) -> None:
    responses = [await client.get(path) for path in ROUTES]

    assert [code_of(response) for response in responses] == [(401, "not_authenticated")] * 3


async def test_disabled_account_has_no_privileges(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    await change_user(database, user, is_superuser=True, is_active=False)
    headers = credential(tokens.access)

    responses = [await client.get(path, headers=headers) for path in ROUTES]

    assert [code_of(response) for response in responses] == [(401, "session_ended")] * 3


# {% endcall %}
