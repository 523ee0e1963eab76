"""Tracebacks for development, without the frames of libraries between those of this project."""

from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException

PROJECT = Path(__file__).parents[1]
INSTALLED = "site-packages"  # a virtual environment can be in the project


def short_traceback(error: BaseException) -> str:
    """Keep the frames of this project, and the library's frames in which the error was raised."""
    whole = TracebackException.from_exception(error)
    reports = [whole]
    for report in reports:
        report.stack = StackSummary.from_list(shortened(report.stack))
        linked = (report.__cause__, report.__context__, *(report.exceptions or ()))
        reports += filter(None, linked)
    return "".join(whole.format())


def shortened(stack: StackSummary) -> list[FrameSummary]:
    own = [number for number, frame in enumerate(stack) if is_own(frame.filename)]
    last_own = max(own, default=-1)
    return [frame for number, frame in enumerate(stack) if number in own or number > last_own]


def is_own(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(PROJECT) and INSTALLED not in path.parts
