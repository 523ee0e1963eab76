# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Fixtures for the authentication without HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from app.auth import key_files
from app.auth.administration import Administration
from app.auth.authenticator import Identity
from app.auth.events import EventSink, LoggedEvents
from app.auth.ext.storage import sqlalchemy_storage
from app.auth.hashing import PasswordContext
from app.auth.login import Client
from app.auth.mail.outbox import Mailing
from app.auth.protocols import NewUser, UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.auth.storage import Storage
from app.auth.tokens import TokenPair, Tokens
from app.auth.wiring import Auth, build_auth
from app.database import Database
from app.mailing import TEXTS
from app.models import AUTH_MODELS, User
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.memory.user_lookup import MemoryUserLookup
from tests.conftest import AUTH_SETTINGS, MovableClock
from tests.postbox import Postbox
from tests.steps import Account, credentials, profile

SESSION_ID = "0123456789abcdef0123456789abcdef"
CLIENT = Client(ip="192.0.2.7", user_agent="Browser/1.0")


def settings_with(**changes: object) -> AuthSettings:
    """Return the test settings with these changes."""
    return AuthSettings.model_validate(AUTH_SETTINGS | changes)


def with_tools(service: AsyncAuthService, **changes: Any) -> AsyncAuthService:
    """Return the service with these tools replaced."""
    return replace(service, tools=replace(service.tools, **changes))


def state_of(memory: MemoryTransactions) -> tuple[int, str | None]:
    """Return the generation of the only session, and its revocation reason."""
    (session,) = memory.tables.sessions.values()
    return session.generation, session.revoked_reason


@pytest.fixture(scope="session", autouse=True)
def keys_are_parsed_once() -> Iterator[None]:
    """Checking an RSA key takes 50 ms, and many tests read the same keys."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_files, "_parsed", cache(key_files._parsed))
        yield


@pytest.fixture
def tokens(auth_settings: AuthSettings, clock: MovableClock) -> Tokens:
    return Tokens(auth_settings, clock)


@pytest.fixture
def event_sink() -> EventSink:
    """Override this fixture in a module to inspect events."""
    return LoggedEvents()


@pytest.fixture
def memory() -> MemoryTransactions:
    return MemoryTransactions()


@pytest.fixture
def memory_storage(memory: MemoryTransactions) -> Storage:
    return Storage(transactions=memory, users=MemoryUserLookup(memory))


@pytest.fixture
def database_storage(database: Database) -> Storage:
    return sqlalchemy_storage(database.session, database.reader, User, AUTH_MODELS)


@pytest.fixture
def storage(memory_storage: Storage) -> Storage:
    """In-memory storage, as it is fast. `ext` tests the database, and `contract` tests both."""
    return memory_storage


@pytest.fixture
def auth(
    auth_settings: AuthSettings,
    storage: Storage,
    clock: MovableClock,
    password_context: PasswordContext,
    event_sink: EventSink,
    postbox: Postbox,
) -> Iterator[Auth]:
    auth = build_auth(
        auth_settings,
        storage,
        clock=clock,
        password_context=password_context,
        event_sink=event_sink,
        mailing=Mailing(texts=TEXTS, mailer=postbox),
    )
    yield auth
    auth.close()


@pytest.fixture
def service(auth: Auth) -> AsyncAuthService:
    return auth.service


@pytest.fixture
def administration(auth: Auth) -> Administration:
    return auth.administration


@pytest.fixture
async def ann(service: AsyncAuthService) -> UserProtocol:
    """A registered user. `Account()` has her credentials."""
    return await register(service, Account())


@pytest.fixture
async def pair(service: AsyncAuthService, ann: UserProtocol) -> TokenPair:
    """The tokens of a session that ann has just opened."""
    return await log_in(service, Account())


def new_user(account: Account, **others: Any) -> NewUser:
    return NewUser(**profile(account) | others)


def identity_of(
    user: UserProtocol,
    session_id: str = SESSION_ID,
) -> Identity:
    """Return who sends a request in a session of the user."""
    return Identity(user, session_id, MovableClock().now, ("pwd",))


async def register(service: AsyncAuthService, account: Account) -> UserProtocol:
    registered = await service.register(new_user(account), account.password)
    assert registered is not None
    return registered


async def log_in(
    service: AsyncAuthService,
    account: Account,
    client: Client = CLIENT,
    device_token: str | None = None,
) -> TokenPair:
    return await service.login(
        **credentials(account),
        client=client,
        device_token=device_token,
    )


# {% endcall %}
