# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An access token identifies its session and the current state of its user."""

from typing import cast

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError

from app.auth.authenticator import Authenticator
from app.auth.errors import SessionEnded
from app.auth.identifiers import UserId
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.wiring import Auth
from app.database import Database
from app.models import User
from tests.auth.conftest import CLIENT, log_in, register
from tests.conftest import MovableClock
from tests.serving import identify
from tests.steps import Account, change_user

SECRETS = {"password_hash", "email_key", "username_key"}


@pytest.fixture
def authenticator(auth: Auth) -> Authenticator:
    return auth.authenticator


async def delete_user(database: Database, user_id: UserId) -> None:
    async with database.session() as session:
        await session.delete(await session.get_one(User, user_id))
        await session.commit()


async def test_token_leads_to_its_user_and_session(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
) -> None:
    identity = await identify(authenticator, pair.access_token)

    assert (identity.user.id, identity.user.email) == (ann.id, ann.email)
    assert identity.session_id == service.tools.tokens.read_session_id(pair.access_token)


async def test_identity_says_when_and_how_the_user_signed_in(
    authenticator: Authenticator,
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    signed_in = clock.now
    clock.move(minutes=5)
    refreshed = await service.refresh(pair.refresh_token, CLIENT)

    identity = await identify(authenticator, refreshed.access_token)

    assert (identity.authenticated_at, identity.methods) == (signed_in, ("pwd",))


async def test_user_has_every_column_but_the_secret_ones(
    authenticator: Authenticator,
    pair: TokenPair,
) -> None:
    columns = {attribute.key for attribute in inspect(User).column_attrs}

    identity = await identify(authenticator, pair.access_token)

    assert vars(identity.user).keys() == columns - SECRETS


async def test_user_shows_no_hash(authenticator: Authenticator, pair: TokenPair) -> None:
    identity = await identify(authenticator, pair.access_token)

    assert "$" not in repr(identity)
    with pytest.raises(InvalidRequestError, match="without the password hash"):
        _ = cast(User, identity.user).password_hash


async def test_user_is_an_instance_of_your_model(
    authenticator: Authenticator,
    pair: TokenPair,
) -> None:
    identity = await identify(authenticator, pair.access_token)

    assert isinstance(identity.user, User)


async def test_column_changed_meanwhile_is_seen(
    authenticator: Authenticator,
    pair: TokenPair,
    database: Database,
) -> None:
    await change_user(database, Account(), is_staff=True)

    identity = await identify(authenticator, pair.access_token)

    assert identity.user.is_staff


async def test_token_of_a_deleted_user_is_refused(
    authenticator: Authenticator,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    await delete_user(database, ann.id)

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)


async def test_token_of_a_deleted_user_is_not_revived_by_the_next(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    await delete_user(database, ann.id)
    namesake = await register(service, Account())
    await log_in(service, Account())

    with pytest.raises(SessionEnded):
        await identify(authenticator, pair.access_token)

    assert namesake.id != ann.id  # SEC-38


# {% endcall %}
