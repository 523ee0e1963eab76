# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Security events are recorded, and they contain no secrets (SEC-89, SEC-90)."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from unittest.mock import Mock

import pytest

from app.auth.authenticator import Identity
from app.auth.clock import utc_now
from app.auth.errors import (
    AuthError,
    EmailUnverified,
    InvalidCredentials,
    LoginThrottled,
    SessionEnded,
    WrongPassword,
)
from app.auth.events import EventName, EventRecorder, LoggedEvents
from app.auth.login import Client
from app.auth.protocols import Role, UserProtocol
from app.auth.request_context import RequestContext, current_request
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.wiring import Auth
from tests.auth.conftest import CLIENT, identity_of, log_in, new_user, settings_with
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, account_named, with_settings
from tests.user_ids import USER_ID

ANN = Account()
REQUEST = RequestContext(id="5f1c", ip="192.0.2.1")
FAILURES = {
    EventName.LOGIN_FAIL,
    EventName.LOGIN_LOCK,
    EventName.PASSWORD_CHANGE_FAIL,
    EventName.TOKEN_REUSE,
}
# Whom an event is about, at least.
SUBJECTS = {
    EventName.LOGIN_FAIL: {"identifier"},
    EventName.LOGIN_LOCK: {"identifier"},
    EventName.LOGIN_SUCCESS: {"user_id", "session"},
    EventName.PASSWORD_CHANGE: {"user_id"},
    EventName.PASSWORD_CHANGE_FAIL: {"user_id"},
    EventName.TOKEN_CREATED: {"user_id", "session"},
    EventName.TOKEN_REUSE: {"user_id", "session"},
    EventName.USER_CREATED: {"user_id"},
    EventName.USER_UPDATED: {"user_id"},
}


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    token = current_request.set(REQUEST)
    yield
    current_request.reset(token)


@pytest.fixture(autouse=True)
def every_event_is_complete(event_sink: SeenEvents) -> Iterator[None]:
    """A reader of the log finds all failures, and all events of an account and a session."""
    yield
    for event in event_sink.events:
        subjects = {name for name in ("user_id", "session", "identifier") if getattr(event, name)}
        assert subjects, event
        assert subjects >= SUBJECTS.get(event.name, set()), event
        assert event.outcome == ("failure" if event.name in FAILURES else "success"), event


def recorded(sink: SeenEvents) -> list[tuple[str, str | None]]:
    return [(event.name, event.reason) for event in sink.events]


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


async def test_actions_of_operators_are_recorded(
    auth: Auth,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    await auth.administration.set_password(ANN.email, "another long passphrase")
    await auth.administration.disable(ANN.email)
    await auth.administration.enable(ANN.email)
    await auth.administration.unlock(ANN.email)
    await auth.administration.end_sessions(ANN.email)
    await auth.administration.grant(ANN.email, Role.STAFF)
    await auth.administration.revoke(ANN.email, Role.STAFF)

    assert recorded(event_sink)[1:] == [
        ("authn_password_change", "by_operator"),
        ("user_updated", "disabled"),
        ("user_updated", "enabled"),
        ("user_updated", "unlocked"),
        ("authn_token_revoked", "ended_by_operator"),
        ("authz_change", "staff_granted"),
        ("authz_change", "staff_revoked"),
    ]


async def change_password(
    service: AsyncAuthService,
    identity: Identity,
    current: str = ANN.password,
) -> None:
    await service.change_password(
        identity,
        CLIENT,
        current_password=current,
        new_password="another long passphrase",
    )


async def test_password_change_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    for current in ("a wrong passphrase", ANN.password):
        with suppress(WrongPassword):
            await change_password(service, identity_of(ann, session_id), current)

    assert recorded(event_sink)[-3:] == [
        ("authn_password_change_fail", "wrong_password"),
        ("authn_password_change", None),
        ("authn_token_created", "password_changed"),
    ]
    [changed, opened] = event_sink.events[-2:]
    assert changed.session == opened.session


async def test_password_change_that_came_second_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    async def operator_sets_password() -> None:
        memory.change_user(ANN, password_hash="*")

    meanwhile = interrupted(service, operator_sets_password)
    with pytest.raises(WrongPassword):
        await change_password(meanwhile, identity_of(ann, session_id))

    assert recorded(event_sink)[-1] == ("authn_password_change_fail", "changed_meanwhile")


async def test_repeated_proof_of_the_password_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    await service.reauthenticate(identity_of(ann, session_id), ANN.password, CLIENT)

    assert recorded(event_sink)[-2:] == [
        ("authn_reauthenticated", None),
        ("authn_token_created", "reauthenticated"),
    ]


async def test_guesses_of_the_current_password_are_recorded(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    for _ in range(6):
        with suppress(WrongPassword, LoginThrottled):
            await change_password(service, identity_of(ann), "a wrong passphrase")

    assert recorded(event_sink)[1:] == [
        *[("authn_password_change_fail", "wrong_password")] * 5,
        ("authn_password_change_fail", "throttled"),
    ]


async def test_event_says_when_where_and_in_which_request(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
    event_sink: SeenEvents,
) -> None:
    events = event_sink.events

    assert {event.at for event in events} == {clock.now}
    assert {(event.request_id, event.ip) for event in events} == {(REQUEST.id, REQUEST.ip)}


async def test_one_session_has_one_pseudonym(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    await service.logout(pair.access_token, CLIENT)

    session_id = service.tools.tokens.read_session_id(pair.access_token)
    pseudonyms = {event.session for event in event_sink.events[1:]}
    assert len(pseudonyms) == 1
    assert session_id not in pseudonyms


def test_typed_name_is_not_recorded() -> None:
    """Users sometimes type a password into the name field."""
    sink = SeenEvents()
    settings = settings_with()

    for typed in ("my password", "MY PASSWORD", "another", "\ud800"):
        recorder = EventRecorder(settings, utc_now, sink)
        recorder.record(EventName.LOGIN_FAIL, identifier=typed)

    first, capitals, other, _ = (str(event.identifier) for event in sink.events)
    assert first == capitals != other
    assert "password" not in first


def test_pseudonyms_depend_on_the_key() -> None:
    one = EventRecorder(settings_with(), utc_now, SeenEvents())
    other = EventRecorder(settings_with(secret_key=SECRET_KEY[::-1]), utc_now, SeenEvents())

    assert one.pseudonym("ann") != other.pseudonym("ann")


@pytest.mark.parametrize(
    ("name", "level"),
    [(EventName.LOGIN_SUCCESS, logging.INFO), (EventName.TOKEN_REUSE, logging.WARNING)],
)
def test_events_go_to_the_log(
    caplog: pytest.LogCaptureFixture,
    name: EventName,
    level: int,
) -> None:
    caplog.set_level(logging.INFO)
    recorder = EventRecorder(settings_with(), utc_now, LoggedEvents())

    recorder.record(name, user_id=USER_ID)

    [record] = caplog.records
    fields = json.loads(json.dumps(vars(record)["event"], default=str))
    assert (record.name, record.levelno) == ("app.auth.events", level)
    assert fields.keys() == {"name", "outcome", "at", "request_id", "ip", "user_id"}


def test_events_are_counted_by_name_and_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Mock()
    monkeypatch.setattr("app.auth.events.EVENTS", counter)
    recorder = EventRecorder(settings_with(), utc_now, SeenEvents())

    recorder.record(EventName.LOGIN_FAIL, identifier="ann")

    counter.add.assert_called_once_with(1, {"event": "authn_login_fail", "outcome": "failure"})


# {% endcall %}
