# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Fixtures for every test: settings, a clock, the database and the application."""

import gc
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from fastapi.utils import create_model_field
from passlib.context import CryptContext

from app.auth import guessing, hashing
from app.auth.hashing import PasswordContext
from app.auth.mail.outbox import Mailing
from app.auth.settings import AuthSettings
from app.database import Database
from app.database.settings import DatabaseSettings
from app.mailing import TEXTS
from app.main import create_app
from app.migrate import upgrade
from app.models import Base
from app.settings import Settings
from tests.postbox import Postbox

pytest_plugins = [
    "tests.clients",
    "tests.databases",
    # {% if concurrency == "async" %}
    "tests.sync_client",
    # {% endif %}
]
SECRET_KEY = "7f1d0c9b8a6e5f43210fedcba9876543"
# Lifetimes are explicit, so that tests still pass when you change a default.
AUTH_SETTINGS: dict[str, Any] = {
    "secret_key": SECRET_KEY,
    "access_minutes": 15,
    "refresh_days": 7,
    "session_days": 30,
    "refresh_grace_seconds": 30,
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


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run the whole suite in two processes, but selected tests in one, as pdb requires."""
    chosen = config.getoption("file_or_dir") or config.getoption("keyword")
    return 0 if chosen else 2


def pytest_collection_finish() -> None:
    """Keep modules and tests out of later garbage collections, which take a tenth of the time."""
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def endpoints_are_read_once() -> Iterator[None]:
    """Each test builds its own application, and FastAPI would read all endpoints each time."""
    read_once = cache(get_dependant)

    def read(**endpoint: Any) -> Dependant:
        known = read_once(**endpoint)
        # FastAPI inserts the dependencies of a route into this list.
        return replace(known, dependencies=[*known.dependencies])

    with pytest.MonkeyPatch.context() as patch:
        models = cache(create_model_field)
        patch.setattr("fastapi.routing.create_model_field", models, raising=False)
        patch.setattr("fastapi.routing.get_dependant", read, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def texts_are_estimated_once() -> Iterator[None]:
    """An estimate takes 10 ms, and most tests have the same secret and passwords."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_estimate", "_share_of_words"):
            patch.setattr(guessing, name, cache(getattr(guessing, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def hashing_is_fast(password_context: PasswordContext) -> Iterator[None]:
    """Each start of an application computes a hash, which takes 250 ms in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "password_context", lambda _: password_context)
        yield


@pytest.fixture(scope="session")
def database_settings(database_url: str) -> DatabaseSettings:
    """A database at the newest revision, created once. `database` empties it for every test."""
    settings = DatabaseSettings(url=database_url)
    upgrade(settings)
    return settings


@pytest.fixture(scope="session")
def password_context() -> PasswordContext:
    """The production scheme at its lowest cost, so that tests are fast."""
    # {% if password_hash == "bcrypt" %}
    context: Any = CryptContext(["bcrypt_sha256", "bcrypt"], bcrypt_sha256__rounds=4)
    # {% else %}
    #| cheap = {"argon2__memory_cost": 8, "argon2__parallelism": 1, "argon2__time_cost": 1}
    #| context: Any = CryptContext(["argon2", "bcrypt_sha256"], **cheap)
    # {% endif %}
    return cast(PasswordContext, context)


@pytest.fixture
def auth_settings() -> AuthSettings:
    """Override this fixture in a module to test other settings."""
    return AuthSettings.model_validate(AUTH_SETTINGS)


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """Override this fixture to test other application settings."""
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
    """Engines that tests share. They keep compiled statements, but no connections."""
    return Database(database_settings)


@pytest.fixture
async def database(engines: Database) -> AsyncGenerator[Database]:
    """The application's database, emptied. Tests may also read it directly."""
    await empty(engines)
    yield engines
    await engines.dispose()


async def empty(database: Database) -> None:
    async with database.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
        await session.commit()


async def empty_by_settings(settings: DatabaseSettings) -> None:
    """Empty a database through separate engines."""
    database = Database(settings)
    await empty(database)
    await database.dispose()


@pytest.fixture
def postbox() -> Postbox:
    """The mails that the application has sent."""
    return Postbox()


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
    postbox: Postbox,
) -> FastAPI:
    return create_app(
        settings,
        database=database,
        clock=clock,
        password_context=password_context,
        mailing=Mailing(texts=TEXTS, mailer=postbox),
    )


# {% endcall %}
