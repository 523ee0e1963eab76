# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The parts of the authentication over the real database, without HTTP."""

from collections.abc import Iterator

import pytest

from app.auth.events import EventSink, LoggedEvents
from app.auth.ext.components import AuthComponents, Storage, build_components
from app.auth.hashing import PasswordContext
from app.auth.opening import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.auth.tokens import TokenPair, Tokens
from app.database import Database
from app.models import AuthSession, AuthThrottle, User
from tests.conftest import AUTH_SETTINGS, Account, MovableClock


def settings_with(**changes: object) -> AuthSettings:
    """Return the settings of the tests but for the given ones."""
    return AuthSettings.model_validate(AUTH_SETTINGS | changes)


@pytest.fixture
def tokens(auth_settings: AuthSettings, clock: MovableClock) -> Tokens:
    return Tokens(auth_settings, clock)


@pytest.fixture
def event_sink() -> EventSink:
    """Override this fixture in a module to look at events."""
    return LoggedEvents()


@pytest.fixture
def components(
    auth_settings: AuthSettings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
    event_sink: EventSink,
) -> Iterator[AuthComponents]:
    storage = Storage(
        get_session=database.session,
        reader=database.reader,
        user_model=User,
        session_model=AuthSession,
        throttle_model=AuthThrottle,
    )
    components = build_components(
        auth_settings,
        storage,
        clock=clock,
        password_context=password_context,
        event_sink=event_sink,
    )
    yield components
    components.hasher.close()


@pytest.fixture
def service(components: AuthComponents) -> AsyncAuthService:
    return components.service


@pytest.fixture
async def ann(service: AsyncAuthService) -> UserProtocol:
    """A registered user; `Account()` is what she knows."""
    return await register(service, Account())


@pytest.fixture
async def pair(service: AsyncAuthService, ann: UserProtocol) -> TokenPair:
    """The tokens of a session that ann has just opened."""
    return await log_in(service, Account())


async def register(service: AsyncAuthService, account: Account) -> UserProtocol:
    return await service.register(
        email=account.email,
        username=account.username,
        password=account.password,
    )


async def log_in(
    service: AsyncAuthService,
    account: Account,
    client: Client = Client(),  # noqa: B008 -- it is frozen
) -> TokenPair:
    return await service.login(
        username_or_email=account.username,
        password=account.password,
        client=client,
    )


# {% endcall %}
