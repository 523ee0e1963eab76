"""A pytest plugin for a render's own tests that writes all log records to files, in full.

It also writes each password that is hashed or verified.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = "WHOLE_RECORDS"  # the environment variable that names the folder
RECORDS, PASSWORDS = "records", "passwords"  # each process of the tests writes its own
# The log of the test client, which repeats the request URLs.
OF_THE_CLIENT = ("httpx2", "httpcore2")
passwords: set[str] = set()


def plugin(folder: Path) -> dict[str, str]:
    """Return the environment with which pytest loads this plugin in the folder of a render."""
    tests = Path(__file__).parents[1]
    return {"PYTEST_PLUGINS": __name__, "PYTHONPATH": str(tests), FOLDER: str(folder)}


class WholeRecords(logging.FileHandler):
    """Writes the message, the traceback and all other fields of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name.partition(".")[0] not in OF_THE_CLIENT

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.name} {super().format(record)} {vars(record)!r}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Add the handlers for every test again, as some tests configure logging."""
    handler = WholeRecords(file_for(RECORDS), errors="backslashreplace")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        return (yield)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


def pytest_collection_finish() -> None:
    hasher = import_module("app.auth.hashing").PasswordHasher
    hasher.hash, hasher.verify = noted(hasher.hash), noted(hasher.verify)


def pytest_sessionfinish() -> None:
    file_for(PASSWORDS).write_text(json.dumps(sorted(passwords)))


def noted(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a hasher method, synchronous or not, so that it records its password."""

    def note(hasher: object, password: str, *arguments: Any, **options: Any) -> Any:
        passwords.add(password)
        return method(hasher, password, *arguments, **options)

    return note


def file_for(kind: str) -> Path:
    return Path(os.environ[FOLDER]) / f"{kind}-{os.getpid()}"
