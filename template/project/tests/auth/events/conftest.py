"""Every event of these tests is seen, belongs to one request, and is complete."""

from collections.abc import Iterator

import pytest

from app.auth.events import EventName
from app.auth.request_context import RequestContext, current_request
from tests.auth.observing import SeenEvents

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
