# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Client fixtures, signed in or not, and their accounts."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from tests.serving import connect, serve
from tests.steps import Account, change_user, register, sign_in


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    """A client of the running application that is not signed in."""
    async with serve(app) as client:
        yield client


@pytest.fixture
async def user(client: AsyncClient) -> Account:
    """A registered account."""
    return await register(client)


@pytest.fixture
async def signed_in_client(client: AsyncClient, user: Account) -> AsyncClient:
    """The same client, signed in as `user`."""
    await sign_in(client, user)
    return client


@pytest.fixture
async def other_client(app: FastAPI, client: AsyncClient) -> AsyncGenerator[AsyncClient]:
    """A second client, signed in to bob's account."""
    async with connect(app) as other:
        account = await register(other, "bob")
        await sign_in(other, account)
        yield other


@pytest.fixture
async def staff_client(
    app: FastAPI,
    client: AsyncClient,
    database: Database,
) -> AsyncGenerator[AsyncClient]:
    """A client signed in to an account with `is_staff`."""
    async with connect(app) as staff:
        await sign_in_as(staff, database, "staff", is_staff=True)
        yield staff


@pytest.fixture
async def superuser_client(
    app: FastAPI,
    client: AsyncClient,
    database: Database,
) -> AsyncGenerator[AsyncClient]:
    """A client signed in to an account with `is_superuser`."""
    async with connect(app) as superuser:
        await sign_in_as(superuser, database, "root", is_superuser=True)
        yield superuser


async def sign_in_as(client: AsyncClient, database: Database, name: str, **flags: bool) -> None:
    """Register an account with these flags and sign the client in to it."""
    account = await register(client, name)
    await change_user(database, account, **flags)
    await sign_in(client, account)


# {% endcall %}
