# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What happens to accounts is told as events, which hold no secret (SEC-89, SEC-90)."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from app.auth.clock import utc_now
from app.auth.context import RequestContext, current_request
from app.auth.errors import AuthError, InvalidCredentials, SessionEnded, WrongPassword
from app.auth.events import EventName, EventRecorder, LoggedEvents
from app.auth.ext.components import AuthComponents
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from tests.auth.conftest import log_in, settings_with
from tests.auth.observing import SeenEvents
from tests.conftest import SECRET_KEY, Account, MovableClock
from tests.steps import change_user

ANN = Account()
REQUEST = RequestContext(id="5f1c", ip="192.0.2.1")


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    token = current_request.set(REQUEST)
    yield
    current_request.reset(token)


def told(sink: SeenEvents) -> list[tuple[str, str | None]]:
    return [(event.name, event.reason) for event in sink.events]


async def test_registration_and_login_are_told(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    assert told(event_sink) == [
        ("user_created", None),
        ("authn_login_success", None),
        ("authn_token_created", "login"),
    ]


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (replace(ANN, password="a wrong passphrase"), "wrong_password"),
        (replace(ANN, password="x" * 2000), "too_long"),
        (replace(ANN, username="nobody"), "unknown_user"),
    ],
)
async def test_refused_login_is_told_with_its_reason(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
    account: Account,
    reason: str,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, account)

    assert told(event_sink)[1:] == [("authn_login_fail", reason)]


async def test_login_of_a_disabled_account_is_told(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    event_sink: SeenEvents,
) -> None:
    await change_user(database, ANN, is_active=False)

    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)

    [_, event] = event_sink.events
    assert (event.name, event.reason) == ("authn_login_fail", "disabled_user")
    assert event.user_id == ann.id


async def test_throttled_login_is_told(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    for _ in range(6):
        with pytest.raises(AuthError):
            await log_in(service, replace(ANN, password="a wrong passphrase"))

    assert event_sink.events[-1].name == EventName.LOGIN_LOCK


async def test_reuse_is_told_once(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    newer = await service.refresh(pair.refresh_token)
    await service.refresh(newer.refresh_token)

    for _ in range(3):
        with pytest.raises(SessionEnded):
            await service.refresh(pair.refresh_token)

    assert told(event_sink)[-3:] == [
        ("authn_token_created", "refresh"),
        ("authn_token_created", "refresh"),
        ("authn_token_reuse", None),
    ]


async def test_logout_is_told_once(
    service: AsyncAuthService,
    pair: TokenPair,
    event_sink: SeenEvents,
) -> None:
    await service.logout(pair.access_token)
    await service.logout(pair.access_token)

    assert told(event_sink)[-2:] == [
        ("authn_token_created", "login"),
        ("authn_token_revoked", "logout"),
    ]


async def test_what_operators_do_is_told(
    components: AuthComponents,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    await components.administration.set_password("ann", "another long passphrase")
    await components.administration.disable("ann")
    await components.administration.enable("ann")
    await components.administration.end_sessions("ann")

    assert told(event_sink)[1:] == [
        ("authn_password_change", "by_operator"),
        ("user_updated", "disabled"),
        ("user_updated", "enabled"),
        ("authn_token_revoked", "ended_by_operator"),
    ]


async def test_change_of_the_own_password_is_told(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tokens.session_of(pair.access_token)

    for current in ("a wrong passphrase", ANN.password):
        with suppress(WrongPassword):
            await service.change_password(
                ann,
                session_id,
                current_password=current,
                new_password="another long passphrase",
            )

    assert told(event_sink)[-2:] == [
        ("authn_password_change_fail", "wrong_password"),
        ("authn_password_change", None),
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
    await service.logout(pair.access_token)

    session_id = service.tokens.session_of(pair.access_token)
    pseudonyms = {event.session for event in event_sink.events[1:]}
    assert len(pseudonyms) == 1
    assert session_id not in pseudonyms


def test_name_that_was_typed_is_not_written() -> None:
    """People type passwords where a name belongs."""
    sink = SeenEvents()
    settings = settings_with()

    for typed in ("my password", "MY PASSWORD", "another", "\ud800"):
        recorder = EventRecorder(settings, utc_now, sink)
        recorder.record(EventName.LOGIN_FAIL, outcome="failure", identifier=typed)

    first, capitals, other, _ = (str(event.identifier) for event in sink.events)
    assert first == capitals != other
    assert "password" not in first


def test_pseudonyms_of_another_key_differ() -> None:
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

    recorder.record(name, user_id=7)

    [record] = caplog.records
    fields = json.loads(json.dumps(vars(record)["event"]))
    assert (record.name, record.levelno) == ("app.auth.events", level)
    assert fields.keys() == {"name", "outcome", "at", "request_id", "ip", "user_id"}


# {% endcall %}
