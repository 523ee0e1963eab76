# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Steps that tests share: register, log in, refresh, and read the database."""

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select, update

from app.auth.protocols import UserProtocol
from app.auth.settings import PREFIX, AuthSettings
from app.database import Database
from app.models import Base, User
from tests.conftest import AUTH_SETTINGS

T = TypeVar("T", bound=Base)
AUTH = PREFIX
# The status of a response that signs in or refreshes.
# {% if transport == "cookie" %}
#| SIGNED_IN = 204
# {% else %}
SIGNED_IN = 200
# {% endif %}


@dataclass(frozen=True)
class Account:
    """The e-mail, username and password of a user."""

    email: str = "ann@example.com"
    username: str = "ann"
    password: str = "a good long passphrase"


@dataclass(frozen=True)
class Tokens:
    """Both tokens of a session."""

    access: str
    refresh: str


def with_settings(**changes: Any) -> pytest.MarkDecorator:
    """Run a test with these authentication settings."""
    settings = AuthSettings.model_validate(AUTH_SETTINGS | changes)
    return pytest.mark.parametrize("auth_settings", [settings], ids=[""])


def with_app_settings(**changes: Any) -> pytest.MarkDecorator:
    """Run a test with these application settings."""
    return pytest.mark.parametrize("app_settings", [changes], ids=[""])


def account_named(name: str, **changes: str) -> Account:
    return replace(Account(email=f"{name}@example.com", username=name), **changes)


def registration(account: Account) -> dict[str, str]:
    """Return the body of a registration."""
    return asdict(account)


def credentials(account: Account) -> dict[str, str]:
    """Return the body of a login. Replace the e-mail to type another name."""
    return {"username_or_email": account.email, "password": account.password}


# {% if transport != "cookie" %}
def password_grant(account: Account) -> dict[str, str]:
    """Return the form in which an OAuth2 client requests tokens."""
    return {
        "grant_type": "password",
        "username": account.email,
        "password": account.password,
    }


# {% endif %}
def profile(account: Account | UserProtocol | User) -> dict[str, str]:
    """Return the fields of an account that responses contain."""
    return {"email": account.email, "username": account.username}


def names(account: Account) -> list[str]:
    """Return the names under which a user can log in."""
    return [account.email, account.username]


async def register(client: AsyncClient, name: str = "ann") -> Account:
    account = account_named(name)
    response = await client.post(f"{AUTH}/register", json=registration(account))
    assert response.status_code == 201
    return account


async def log_in(client: AsyncClient, account: Account) -> Tokens:
    """Open a session. The client itself keeps none of its tokens."""
    response = await client.post(f"{AUTH}/login", json=credentials(account))
    # {% if transport != "header" %}
    client.cookies.clear()
    # {% endif %}
    return tokens_of(response)


async def sign_in(client: AsyncClient, account: Account) -> None:
    """Open a session. The client sends its access token from now on."""
    response = await client.post(f"{AUTH}/login", json=credentials(account))
    # {% if transport == "cookie" %}
    #| assert response.status_code == 204
    # {% else %}
    assert response.status_code == 200
    client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    # {% endif %}
    # {% if transport == "both" %}
    client.cookies.clear()
    # {% endif %}


def drop_credentials(client: AsyncClient) -> None:
    """Let the client forget its tokens."""
    client.headers.pop("Authorization", None)
    # {% if transport != "header" %}
    client.cookies.clear()
    # {% endif %}


async def refresh(client: AsyncClient, refresh_token: str) -> Response:
    """Request the successor of a refresh token."""
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": f"__Host-refresh_token={refresh_token}"}
    #| response = await client.post(f"{AUTH}/refresh", headers=headers)
    #| client.cookies.clear()
    #| return response
    # {% else %}
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": refresh_token})
    # {% endif %}


async def rotate(client: AsyncClient, refresh_token: str) -> str:
    """Return the successor of a refresh token."""
    response = await refresh(client, refresh_token)
    return tokens_of(response).refresh


async def log_out(client: AsyncClient, access_token: str) -> None:
    response = await client.post(f"{AUTH}/logout", headers=credential(access_token))
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
    """Return the status and the error code of a response."""
    return response.status_code, response.json()["detail"]["code"]


def headers_of(response: Response) -> list[tuple[str, str]]:
    """Return all headers except the request ID, which is different in every response."""
    return [(name, value) for name, value in response.headers.multi_items() if "x-req" not in name]


def tampered(token: str) -> str:
    """Return the token with a wrong signature."""
    content, _, signature = token.rpartition(".")
    return f"{content}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


async def rows_of(database: Database, model: type[T]) -> list[T]:
    async with database.session() as session:
        found = await session.scalars(select(model))
        return list(found)


async def change_user(database: Database, account: Account, **values: Any) -> None:
    """Change the columns of a user directly in the database."""
    async with database.session() as session:
        await session.execute(
            update(User).where(User.email == account.email).values(**values),
        )
        await session.commit()


# {% endcall %}
