"""Run a function in a fork of the test process, as `gunicorn --preload` runs its workers."""

import os
import warnings
from collections.abc import Callable
from multiprocessing import get_context
from typing import TypeVar

import pytest

T = TypeVar("T")
TOO_LONG = 30  # seconds; a test that waits this long fails


def in_fork(work: Callable[[], T]) -> T:
    """Call `work` in a forked process and return its result. Raise EOFError if it fails."""
    if not hasattr(os, "fork"):
        pytest.skip("This system cannot fork.")
    context = get_context("fork")
    answer, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(work()))
    with warnings.catch_warnings():
        # Python warns that a fork does not copy threads. These tests cover that case.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    sender.close()
    try:
        assert answer.poll(TOO_LONG), "the fork hangs"
        result: T = answer.recv()
    finally:
        child.kill()
        child.join()
        answer.close()
    return result
