"""Log lines, written by a separate thread so that no request waits for the reader."""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from queue import Queue
from typing import Any, Literal, TextIO

from app.auth.request_context import current_request
from app.tracebacks import short_traceback

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["json", "text"]

# Lines that wait to be written. If the reader is too slow, further lines are dropped.
QUEUE_LENGTH = 10_000
FLUSH_TIMEOUT = 5  # seconds to wait at shutdown until they are written
# Logs its own plugins at every start.
NOISY = "alembic.runtime.plugins"
# The fields of an event that are shown during development.
SHOWN_FIELDS = ("outcome", "operator", "user_id", "reason")
# uvicorn writes its own lines in its own format unless they propagate.
SERVER_LOGGERS = ("uvicorn", "uvicorn.access", "uvicorn.error")

logger = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """One JSON object per line. No value can forge another line."""

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
        return json.dumps(
            {name: value for name, value in line.items() if value is not None}, default=str
        )


class TextFormatter(logging.Formatter):
    """A readable line, with the fields of an event after its name."""

    def __init__(self) -> None:
        super().__init__("%(levelname)-8s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- overridden
        event: dict[str, Any] = getattr(record, "event", {})
        fields = [f"{name}={event[name]!r}" for name in event if name in SHOWN_FIELDS]
        return " ".join([super().formatMessage(record), *fields])

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- overridden
        return short_traceback(ei[1]).rstrip()


class DroppingQueueHandler(QueueHandler):
    """Queues records for a thread that writes them, and counts those that it drops.

    Each process starts its own queue and thread with its first record: a fork copies no thread.
    """

    def __init__(self, writer: logging.Handler, length: int = QUEUE_LENGTH) -> None:
        self.lines: Queue[Any] = Queue()
        super().__init__(self.lines)
        self.dropped = 0
        self._writer = writer
        self._length = length
        self._process: int | None = None

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.request_id = current_request.get().id
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        if self._process != os.getpid():
            self._start()
        if self.lines.qsize() >= self._length:
            self.dropped += 1
            return
        self.lines.put_nowait(record)
        if self.dropped:
            dropped, self.dropped = self.dropped, 0
            logger.warning("%d log lines were dropped.", dropped)

    def flush(self) -> None:
        """Wait until the lines so far are written, for at most FLUSH_TIMEOUT."""
        if self._process == os.getpid():
            written = self.lines.all_tasks_done
            with written:
                written.wait_for(lambda: not self.lines.unfinished_tasks, FLUSH_TIMEOUT)

    def close(self) -> None:
        """Write the remaining lines. `logging` calls this when the process exits."""
        if self._process == os.getpid():
            self.flush()
            self._listener.enqueue_sentinel()
            self._process = None
        super().close()

    def _start(self) -> None:
        self.queue = self.lines = Queue()
        self._listener = QueueListener(self.lines, self._writer)
        self._listener.start()
        self._process = os.getpid()


def configure_logging(level: LogLevel, line_format: LogFormat, stream: TextIO = sys.stdout) -> None:
    """Send all log records of this process through a queue to a stream."""
    writer = logging.StreamHandler(stream)
    writer.setFormatter(JsonFormatter() if line_format == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[DroppingQueueHandler(writer)], force=True)
    if line_format == "json":
        for server_logger in map(logging.getLogger, SERVER_LOGGERS):
            if server_logger.hasHandlers():  # --no-access-log has removed them
                server_logger.handlers.clear()
                server_logger.propagate = True
    logging.getLogger(NOISY).setLevel(logging.WARNING)


def flush_log() -> None:
    """Write the lines so far: a signal to uvicorn may end the process without any clean-up."""
    for handler in logging.getLogger().handlers:
        handler.flush()


# A fork in the middle of a write would copy the stream in its locked state.
os.register_at_fork(before=flush_log)
