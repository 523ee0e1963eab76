# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The guards that you put on your own routes."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from app.dependencies import CurrentStaff, CurrentSuperuser, CurrentUser
from tests.conftest import Account
from tests.steps import change_user, code_of, credential, log_in

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
        return user.username

    @app.get("/office")
    async def office(user: CurrentStaff) -> str:
        return user.username

    @app.get("/vault")
    async def vault(user: CurrentSuperuser) -> str:
        return user.username

    return app


@pytest.mark.parametrize("kind", PRIVILEGES)
async def test_guards_let_in_whom_they_name(
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


async def test_guards_refuse_who_is_not_signed_in(client: AsyncClient) -> None:
    responses = [await client.get(path) for path in ROUTES]

    assert [code_of(response) for response in responses] == [(401, "not_authenticated")] * 3


async def test_privileges_of_a_disabled_account_are_void(
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
