"""Wait for a condition in another process."""

import time
from collections.abc import Callable

DEADLINE_SECONDS = 60
POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, described by `what`. Raise AssertionError after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE_SECONDS} s: {what}"
        time.sleep(POLL_SECONDS)
