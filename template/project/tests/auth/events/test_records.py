# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Events say when and where, contain no secrets, and go to the log (SEC-89, SEC-90)."""

import json
import logging
from unittest.mock import Mock

import pytest

from app.auth.clock import utc_now
from app.auth.events import EventName, EventRecorder, LoggedEvents
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, settings_with
from tests.auth.events.conftest import REQUEST
from tests.auth.observing import SeenEvents
from tests.conftest import SECRET_KEY, MovableClock
from tests.user_ids import USER_ID


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
