# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Registration, logins, refreshes and logouts are recorded (SEC-89)."""

from dataclasses import replace

import pytest

from app.auth.errors import (
    AuthError,
    EmailUnverified,
    InvalidCredentials,
    SessionEnded,
)
from app.auth.events import EventName
from app.auth.login import Client
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in, new_user
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents, recorded
from tests.steps import Account, account_named, with_settings

ANN = Account()


async def test_registration_and_login_are_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    assert recorded(event_sink) == [
        ("user_created", None),
        ("authn_login_success", None),
        ("authn_token_created", "login"),
    ]


@pytest.mark.parametrize(
    ("account", "reason", "knows_user"),
    [
        (replace(ANN, password="a wrong passphrase"), "wrong_password", True),
        (replace(ANN, password="x" * 2000), "too_long", False),
        (account_named("nobody"), "unknown_user", False),
    ],
)
async def test_refused_login_is_recorded_with_its_reason(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
    account: Account,
    reason: str,
    knows_user: bool,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account)

    assert recorded(event_sink)[1:] == [("authn_login_fail", reason)]
    assert event_sink.events[-1].user_id == (ann.id if knows_user else None)


async def test_login_of_a_disabled_account_is_recorded(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    memory.change_user(ANN, is_active=False)

    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)

    [_, event] = event_sink.events
    assert (event.name, event.reason) == ("authn_login_fail", "disabled_user")
    assert event.user_id == ann.id


@with_settings(require_verified_email=True)
async def test_login_before_the_email_is_verified_is_recorded(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    await service.register(new_user(ANN), ANN.password)
    [user_id] = memory.tables.users

    with pytest.raises(EmailUnverified):
        await log_in(service, ANN)

    event = event_sink.events[-1]
    assert (event.name, event.reason) == ("authn_login_fail", "email_unverified")
    assert (event.outcome, event.user_id) == ("failure", user_id)


async def test_throttled_login_is_recorded(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    for _ in range(6):
        with pytest.raises(AuthError):
            await log_in(service, replace(ANN, password="a wrong passphrase"))

    assert event_sink.events[-1].name == EventName.LOGIN_LOCK


async def test_reuse_is_recorded_once(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    newer = await service.refresh(pair.refresh_token, CLIENT)
    await service.refresh(newer.refresh_token, CLIENT)

    for _ in range(3):
        with pytest.raises(SessionEnded):
            await service.refresh(pair.refresh_token, CLIENT)

    assert recorded(event_sink)[-3:] == [
        ("authn_token_created", "refresh"),
        ("authn_token_created", "refresh"),
        ("authn_token_reuse", None),
    ]


async def test_repeated_refresh_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    for _ in range(2):
        await service.refresh(pair.refresh_token, CLIENT)

    assert recorded(event_sink)[-2:] == [
        ("authn_token_created", "refresh"),
        ("authn_token_created", "refresh_repeated"),
    ]


async def test_old_token_from_elsewhere_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, Client("198.51.100.1", "Browser/2.0"))

    assert recorded(event_sink)[-1] == ("authn_token_reuse", "other_client")


async def test_logout_is_recorded_once(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    await service.logout(pair.access_token, CLIENT)
    await service.logout(pair.access_token, CLIENT)

    assert recorded(event_sink)[-2:] == [
        ("authn_token_created", "login"),
        ("authn_token_revoked", "logout"),
    ]


# {% endcall %}
