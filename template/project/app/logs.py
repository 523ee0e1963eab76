"""Log lines, written by a thread of their own so that no request waits for whoever reads them."""

import json
import logging
import queue
import sys
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import Any, Literal, TextIO

from app.auth.context import current_request

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["json", "text"]

# Lines that wait to be written; when nobody reads them any more, further ones are dropped.
QUEUE_LENGTH = 10_000
# Tells at every start which parts of it are there.
NOISY = "alembic.runtime.plugins"
# What people want to know of an event while they develop.
SHOWN_FIELDS = ("outcome", "user_id", "reason")
# uvicorn writes its own lines in its own form unless they are passed on.
SERVER_LOGGERS = ("uvicorn", "uvicorn.access", "uvicorn.error")

logger = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: whatever a value holds, it cannot forge another line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", None),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
            **getattr(record, "event", {}),
        }
        return json.dumps({name: value for name, value in line.items() if value is not None})


class TextFormatter(logging.Formatter):
    """A line for people, with the fields of an event behind its name."""

    def __init__(self) -> None:
        super().__init__("%(levelname)-8s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- overridden
        event: dict[str, Any] = getattr(record, "event", {})
        fields = [f"{name}={event[name]!r}" for name in event if name in SHOWN_FIELDS]
        return " ".join([super().formatMessage(record), *fields])


class DroppingQueueHandler(QueueHandler):
    """Queues records with the request they belong to, and counts those it has no room for."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.request_id = current_request.get().id
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1
            return
        if self.dropped:
            dropped, self.dropped = self.dropped, 0
            logger.warning("%d log lines were dropped.", dropped)


def configure_logging(
    level: LogLevel,
    line_format: LogFormat,
    stream: TextIO = sys.stdout,
) -> QueueListener:
    """Send all that this process logs through a queue to a stream.

    Return who writes it: `stop()` writes what is left.
    """
    writer = logging.StreamHandler(stream)
    writer.setFormatter(JsonFormatter() if line_format == "json" else TextFormatter())
    records: queue.Queue[Any] = queue.Queue(QUEUE_LENGTH)
    logging.basicConfig(level=level, handlers=[DroppingQueueHandler(records)], force=True)
    if line_format == "json":
        for name in SERVER_LOGGERS:
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True
    logging.getLogger(NOISY).setLevel(logging.WARNING)
    listener = QueueListener(records, writer)
    listener.start()
    return listener
