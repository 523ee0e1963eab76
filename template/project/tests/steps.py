# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What tests do over and over: register, log in, refresh, and look into the database."""

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select, update

from app.auth import AuthSettings
from app.database import Database
from app.models import Base, User
from tests.conftest import AUTH_SETTINGS, Account

T = TypeVar("T", bound=Base)


@dataclass(frozen=True)
class Tokens:
    """Both tokens of a session, however they travelled."""

    access: str
    refresh: str


def with_settings(**changes: Any) -> pytest.MarkDecorator:
    """Run a test with settings that differ from the defaults."""
    settings = AuthSettings.model_validate(AUTH_SETTINGS | changes)
    return pytest.mark.parametrize("auth_settings", [settings], ids=[""])


def with_app_settings(**changes: Any) -> pytest.MarkDecorator:
    """Run a test with other settings of the application than those of authentication."""
    return pytest.mark.parametrize("app_settings", [changes], ids=[""])


async def register(client: AsyncClient, username: str = "ann") -> Account:
    account = Account(email=f"{username}@example.com", username=username)
    response = await client.post("/auth/register", json=asdict(account))
    assert response.status_code == 201
    return account


async def log_in(client: AsyncClient, account: Account) -> Tokens:
    """Open a session, of which the client itself keeps nothing."""
    body = {"username_or_email": account.username, "password": account.password}
    response = await client.post("/auth/login", json=body)
    # {% if transport != "header" %}
    client.cookies.clear()
    # {% endif %}
    return tokens_of(response)


async def refresh(client: AsyncClient, refresh_token: str) -> Response:
    """Ask for the successor of a refresh token."""
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": f"__Host-refresh_token={refresh_token}"}
    #| response = await client.post("/auth/refresh", headers=headers)
    #| client.cookies.clear()
    #| return response
    # {% else %}
    return await client.post("/auth/refresh", json={"refresh_token": refresh_token})
    # {% endif %}


async def rotate(client: AsyncClient, refresh_token: str) -> str:
    """Return the successor of a refresh token."""
    response = await refresh(client, refresh_token)
    return tokens_of(response).refresh


async def log_out(client: AsyncClient, access_token: str) -> None:
    response = await client.post("/auth/logout", headers=credential(access_token))
    assert response.status_code == 204


def tokens_of(response: Response) -> Tokens:
    """Return the tokens of a successful login or refresh."""
    # {% if transport == "cookie" %}
    #| assert response.status_code == 204
    #| cookies = response.cookies
    #| return Tokens(cookies["__Host-access_token"], cookies["__Host-refresh_token"])
    # {% else %}
    assert response.status_code == 200
    body = response.json()
    return Tokens(body["access_token"], body["refresh_token"])
    # {% endif %}


def credential(access_token: str) -> dict[str, str]:
    """Return the header in which a client sends its access token."""
    # {% if transport == "cookie" %}
    #| return {"Cookie": f"__Host-access_token={access_token}"}
    # {% else %}
    return {"Authorization": f"Bearer {access_token}"}
    # {% endif %}


def code_of(response: Response) -> tuple[int, str]:
    """Return the status of a refusal and its code."""
    return response.status_code, response.json()["detail"]["code"]


def headers_of(response: Response) -> list[tuple[str, str]]:
    """Return the headers but for the request's id, which no two answers share."""
    return [(name, value) for name, value in response.headers.multi_items() if "x-req" not in name]


def tampered(token: str) -> str:
    """Return a token whose claims are genuine and whose signature is not."""
    content, _, signature = token.rpartition(".")
    return f"{content}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


async def rows_of(database: Database, model: type[T]) -> list[T]:
    async with database.session() as session:
        found = await session.scalars(select(model))
        return list(found)


async def change_user(database: Database, account: Account, **values: Any) -> None:
    """Change the columns of a user behind the application's back."""
    async with database.session() as session:
        await session.execute(
            update(User).where(User.username == account.username).values(**values),
        )
        await session.commit()


# {% endcall %}
