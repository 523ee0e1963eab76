# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What every test may ask for: settings, a clock, the application, a client and an account."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from passlib.context import CryptContext

from app.auth import AuthSettings, PasswordContext
from app.database import Database
from app.database_settings import DatabaseSettings
from app.main import create_app
from app.migrate import upgrade
from app.models import Base
from app.settings import Settings
from tests.databases import database_url_for_tests
from tests.serving import serve

SECRET_KEY = "7f1d0c9b8a6e5f43210fedcba9876543"
# Lifetimes are stated, so that no test fails when you change a default.
AUTH_SETTINGS: dict[str, Any] = {
    "secret_key": SECRET_KEY,
    "access_minutes": 15,
    "refresh_days": 7,
    "session_days": 30,
    "refresh_grace_seconds": 10,
}


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move by `seconds=`, `minutes=`, `days=` and so on, backwards if negative."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Account:
    """What a person knows of their account."""

    email: str = "ann@example.com"
    username: str = "ann"
    password: str = "a good long passphrase"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def database_settings(tmp_path_factory: pytest.TempPathFactory) -> DatabaseSettings:
    """A database with the newest revision, made once; `database` empties it for every test."""
    url = database_url_for_tests(tmp_path_factory.mktemp("database"))
    settings = DatabaseSettings(url=url)
    upgrade(settings)
    return settings


@pytest.fixture(scope="session")
def password_context() -> PasswordContext:
    """The scheme of production at the lowest cost, so that tests are fast."""
    # {% if password_hash == "bcrypt" %}
    context: Any = CryptContext(["bcrypt_sha256", "bcrypt"], bcrypt_sha256__rounds=4)
    # {% else %}
    #| cheap = {"argon2__memory_cost": 8, "argon2__parallelism": 1, "argon2__time_cost": 1}
    #| context: Any = CryptContext(["argon2", "bcrypt_sha256"], **cheap)
    # {% endif %}
    return cast(PasswordContext, context)


@pytest.fixture
def auth_settings() -> AuthSettings:
    """Override this fixture in a module to test with other settings."""
    return AuthSettings.model_validate(AUTH_SETTINGS)


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """Override this fixture to test with other settings of the application itself."""
    return {}


@pytest.fixture
def settings(
    database_settings: DatabaseSettings,
    auth_settings: AuthSettings,
    app_settings: dict[str, Any],
) -> Settings:
    return Settings.model_validate(
        {
            "_env_file": None,
            "app_name": "Test",
            "environment": "production",
            "database": database_settings,
            "auth": auth_settings,
            **app_settings,
        }
    )


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def engines(database_settings: DatabaseSettings) -> Database:
    """What is kept from test to test: compiled statements, but no connection."""
    return Database(database_settings)


@pytest.fixture
async def database(engines: Database) -> AsyncGenerator[Database]:
    """The application's database, empty; also for looking behind its back."""
    async with engines.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
        await session.commit()
    yield engines
    await engines.dispose()


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
) -> FastAPI:
    return create_app(
        settings,
        database=database,
        clock=clock,
        password_context=password_context,
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    """A client that is not signed in, talking to the running application."""
    async with serve(app) as client:
        yield client


@pytest.fixture
async def user(client: AsyncClient) -> Account:
    """A registered account."""
    account = Account()
    body = {"email": account.email, "username": account.username, "password": account.password}
    response = await client.post("/auth/register", json=body)
    assert response.status_code == 201
    return account


@pytest.fixture
async def signed_in_client(client: AsyncClient, user: Account) -> AsyncClient:
    """The same client, signed in as `user`."""
    body = {"username_or_email": user.username, "password": user.password}
    response = await client.post("/auth/login", json=body)
    # {% if transport == "cookie" %}
    #| assert response.status_code == 204
    # {% else %}
    assert response.status_code == 200
    client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    # {% endif %}
    # {% if transport == "both" %}
    client.cookies.clear()
    # {% endif %}
    return client


# {% endcall %}
