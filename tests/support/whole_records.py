"""A pytest plugin for a render's own tests: all that is logged goes to files, with every field.

It also notes each password that is hashed or checked. Runs in the folder of a render with this
folder's parent on PYTHONPATH.
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
# The test client's own log, which repeats the addresses it asks for.
OF_THE_CLIENT = ("httpx2", "httpcore2")
passwords: set[str] = set()


class WholeRecords(logging.FileHandler):
    """Writes the message, the traceback and whatever else a record carries."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name.partition(".")[0] not in OF_THE_CLIENT

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.name} {super().format(record)} {vars(record)!r}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Listen anew around every test, since some configure logging themselves."""
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
    """Return a method of the hasher, synchronous or not, that remembers its password."""

    def note(hasher: object, password: str, *arguments: Any) -> Any:
        passwords.add(password)
        return method(hasher, password, *arguments)

    return note


def file_for(kind: str) -> Path:
    return Path(os.environ[FOLDER]) / f"{kind}-{os.getpid()}"
