# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An access token leads to its user and session, as they are now."""

import pytest
from sqlalchemy import inspect

from app.auth.authenticator import Authenticator
from app.auth.ext.components import AuthComponents
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import User
from tests.conftest import Account
from tests.serving import identify
from tests.steps import change_user

SECRETS = {"password_hash", "email_key", "username_key"}


@pytest.fixture
def authenticator(components: AuthComponents) -> Authenticator:
    return components.authenticator


async def test_token_leads_to_its_user_and_session(
    authenticator: Authenticator,
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
) -> None:
    identity = await identify(authenticator, pair.access_token)

    assert (identity.user.id, identity.user.username) == (ann.id, "ann")
    assert identity.session_id == service.tokens.session_of(pair.access_token)


async def test_user_has_every_column_but_the_secret_ones(
    authenticator: Authenticator,
    pair: TokenPair,
) -> None:
    columns = {attribute.key for attribute in inspect(User).column_attrs}

    identity = await identify(authenticator, pair.access_token)

    assert {name for name in columns if hasattr(identity.user, name)} == columns - SECRETS


async def test_user_shows_no_hash(authenticator: Authenticator, pair: TokenPair) -> None:
    identity = await identify(authenticator, pair.access_token)

    assert "$" not in repr(identity)


async def test_column_changed_meanwhile_is_seen(
    authenticator: Authenticator,
    pair: TokenPair,
    database: Database,
) -> None:
    await change_user(database, Account(), is_staff=True)

    identity = await identify(authenticator, pair.access_token)

    assert identity.user.is_staff


# {% endcall %}
