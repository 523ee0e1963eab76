"""A traceback of development shows the team's code, and not forty lines of the framework."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.tracebacks import short_traceback

OWN = "test_tracebacks.py"


def fail(_: object) -> None:
    raise RuntimeError("broken")


def fail_in_a_callback() -> None:
    json.loads("{}", object_hook=fail)


def fail_in_a_library() -> None:
    json.loads("{")


def fail_with_a_cause() -> None:
    try:
        fail_in_a_callback()
    except RuntimeError as error:
        raise ValueError("worse") from error


def fail_during_handling() -> None:
    try:
        fail_in_a_callback()
    except RuntimeError:
        json.loads("{")


def fail_in_a_group() -> None:
    with pytest.raises(RuntimeError) as caught:
        fail_in_a_callback()
    raise ExceptionGroup("several", [caught.value])


LIBRARY = ["__init__.py", "decoder.py", "decoder.py"]


@pytest.mark.parametrize(
    ("failing", "files"),
    [
        (fail_in_a_callback, [OWN] * 3),
        (fail_in_a_library, [OWN, OWN, *LIBRARY]),
        (fail_with_a_cause, [OWN, OWN, OWN, OWN, OWN]),
        (fail_during_handling, [OWN, OWN, OWN, OWN, OWN, *LIBRARY]),
        (fail_in_a_group, [OWN, OWN, OWN, OWN, OWN]),
    ],
)
def test_frames_of_libraries_are_left_out_before_the_last_own_frame(
    failing: Callable[[], Any],
    files: list[str],
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- any of them
        failing()

    text = short_traceback(caught.value)

    assert re.findall(r'File ".*/(.*)", line', text) == files
    assert str(caught.value) in text
