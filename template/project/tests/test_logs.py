"""Values cannot forge log lines, and a slow reader does not block the application."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.auth.request_context import RequestContext, current_request
from app.logs import SERVER_LOGGERS, DroppingQueueHandler, JsonFormatter, configure_logging
from tests.forking import in_fork

TOO_LONG = 10  # seconds; a test that waits this long fails


class GatedWriter(logging.Handler):
    """Writes nothing until the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.taken, self.gate = threading.Event(), threading.Event()
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.taken.set()
        assert self.gate.wait(TOO_LONG)
        self.written.append(record.getMessage())


@pytest.fixture
def writer() -> Iterator[GatedWriter]:
    writer = GatedWriter()
    yield writer
    writer.gate.set()


def busy_handler(writer: GatedWriter, length: int) -> DroppingQueueHandler:
    """Return a handler whose thread is busy, so that further lines stay in the queue."""
    handler = DroppingQueueHandler(writer, length)
    handler.emit(record_of("first"))
    assert writer.taken.wait(TOO_LONG)
    return handler


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    """Restore the loggers afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    propagation = {name: logging.getLogger(name).propagate for name in SERVER_LOGGERS}
    yield
    logging.basicConfig(level=level, handlers=handlers, force=True)
    for name, propagate in propagation.items():
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = propagate


def close_log() -> None:
    """Write the remaining lines, as `logging` does when the process exits."""
    (handler,) = logging.getLogger().handlers
    handler.close()


def record_of(message: str, **extra: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": message, **extra})


@pytest.mark.parametrize("forged", ["a\nb", "a\r\n{}", "\x1b[2J", "\u2028", '", "level": "'])
def test_value_cannot_forge_a_line(forged: str) -> None:
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


def test_lines_are_dropped_and_counted_if_the_reader_is_slow(writer: GatedWriter) -> None:
    handler = busy_handler(writer, length=2)

    for number in range(5):
        handler.emit(record_of(f"line {number}"))

    dropped = handler.dropped
    writer.gate.set()
    handler.close()
    assert dropped == 3
    assert writer.written == ["first", "line 0", "line 1"]


def test_dropped_lines_are_reported_when_there_is_room_again(
    writer: GatedWriter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = busy_handler(writer, length=1)
    for _ in range(3):
        handler.emit(record_of("x"))
    handler.lines.get()
    handler.lines.task_done()

    handler.emit(record_of("x"))
    writer.gate.set()
    handler.close()

    assert caplog.messages == ["2 log lines were dropped."]
    assert handler.dropped == 0


def test_flush_waits_until_the_lines_are_written(
    writer: GatedWriter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = busy_handler(writer, length=1)
    handler.emit(record_of("second"))
    written = handler.lines.all_tasks_done
    wait = written.wait

    def open_the_gate_and_wait(timeout: float | None = None) -> bool:
        writer.gate.set()
        return wait(timeout)

    monkeypatch.setattr(written, "wait", open_the_gate_and_wait)
    handler.flush()

    assert writer.written == ["first", "second"]
    handler.close()


def test_line_has_the_id_of_its_request(untouched_logging: None) -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream)
    token = current_request.set(RequestContext(id="5f1c"))

    logging.getLogger("anybody").info("Hello.")
    current_request.reset(token)
    close_log()

    line = json.loads(stream.getvalue())
    assert (line["message"], line["request_id"]) == ("Hello.", "5f1c")


def test_lines_are_plain_text_in_development(untouched_logging: None) -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream)

    logging.getLogger("anybody").info("Hello.", extra={"event": {"at": "now", "reason": "x\n"}})
    close_log()

    assert stream.getvalue() == "INFO     anybody: Hello. reason='x\\n'\n"


@pytest.mark.parametrize(("arguments", "is_written"), [({}, True), ({"access_log": False}, False)])
def test_lines_of_the_server_have_the_same_form(
    untouched_logging: None,
    arguments: dict[str, Any],
    is_written: bool,
) -> None:
    """Its lines about requests can be switched off, as its own option says."""
    uvicorn.Config("app.asgi:app", **arguments)
    stream = io.StringIO()
    configure_logging("INFO", "json", stream)

    logging.getLogger("uvicorn.access").info("GET /health")
    logging.getLogger("uvicorn.error").info("Started.")
    close_log()

    written = [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
    assert written == ["GET /health"] * is_written + ["Started."]


def test_closed_stream_does_not_stop_the_caller(
    untouched_logging: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream)
    stream.close()

    logging.getLogger("anybody").info("Hello.")
    close_log()

    assert "closed file" in capsys.readouterr().err


def test_fork_writes_its_own_lines(untouched_logging: None, tmp_path: Path) -> None:
    """A worker of `gunicorn --preload` inherits the log handler, but not its thread."""
    path = tmp_path / "log"
    with path.open("w") as stream:
        configure_logging("INFO", "text", stream)
        logging.getLogger("parent").info("Hello.")

        in_fork(log_and_exit)
        close_log()

    lines = path.read_text().splitlines()
    assert sorted(lines) == ["INFO     child: Hello.", "INFO     parent: Hello."]


def log_and_exit() -> None:
    logging.getLogger("child").info("Hello.")
    close_log()
