"""Log lines hold together whatever is in them, and nobody waits for whoever reads them."""

import io
import json
import logging
import queue
from collections.abc import Iterator
from typing import Any

import pytest

from app.auth.context import RequestContext, current_request
from app.logs import DroppingQueueHandler, JsonFormatter, configure_logging


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    """Give the loggers back as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.basicConfig(level=level, handlers=handlers, force=True)


def record_of(message: str, **extra: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": message, **extra})


@pytest.mark.parametrize("forged", ["a\nb", "a\r\n{}", "\x1b[2J", "\u2028", '", "level": "'])
def test_value_can_not_forge_a_line(forged: str) -> None:
    line = JsonFormatter().format(record_of(forged, event={"reason": forged}))

    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) | {"message": forged, "reason": forged} == json.loads(line)


def test_line_has_the_fields_of_an_event() -> None:
    line = json.loads(JsonFormatter().format(record_of("x", event={"user_id": 7})))

    assert line["user_id"] == 7
    assert line.keys() == {"time", "level", "logger", "message", "user_id"}


def test_exception_stays_on_its_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)

    line = JsonFormatter().format(record_of("x", exc_info=exc_info))

    assert len(line.splitlines()) == 1
    assert "first\nsecond" in json.loads(line)["exception"]


def test_lines_are_dropped_and_counted_when_nobody_reads() -> None:
    records: queue.Queue[logging.LogRecord] = queue.Queue(2)
    handler = DroppingQueueHandler(records)

    for number in range(5):
        handler.emit(record_of(f"line {number}"))

    assert handler.dropped == 3
    assert [records.get().getMessage() for _ in range(2)] == ["line 0", "line 1"]


def test_dropped_lines_are_told_when_there_is_room_again(caplog: pytest.LogCaptureFixture) -> None:
    records: queue.Queue[logging.LogRecord] = queue.Queue(1)
    handler = DroppingQueueHandler(records)
    for _ in range(3):
        handler.emit(record_of("x"))
    records.get()

    handler.emit(record_of("x"))

    assert caplog.messages == ["2 log lines were dropped."]
    assert handler.dropped == 0


def test_line_says_which_request_it_belongs_to(untouched_logging: None) -> None:
    stream = io.StringIO()
    listener = configure_logging("INFO", "json", stream)
    token = current_request.set(RequestContext(id="5f1c"))

    logging.getLogger("anybody").info("Hello.")
    current_request.reset(token)
    listener.stop()

    line = json.loads(stream.getvalue())
    assert (line["message"], line["request_id"]) == ("Hello.", "5f1c")


def test_lines_are_for_people_in_development(untouched_logging: None) -> None:
    stream = io.StringIO()
    listener = configure_logging("INFO", "text", stream)

    logging.getLogger("anybody").info("Hello.", extra={"event": {"at": "now", "reason": "x\n"}})
    listener.stop()

    assert stream.getvalue() == "INFO     anybody: Hello. reason='x\\n'\n"


def test_stream_that_is_closed_stops_nobody(
    untouched_logging: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    listener = configure_logging("INFO", "json", stream)
    stream.close()

    logging.getLogger("anybody").info("Hello.")
    listener.stop()

    assert "closed file" in capsys.readouterr().err
