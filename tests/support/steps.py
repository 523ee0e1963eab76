"""The steps of one cell, and its line in the summary."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Steps:
    """Collects the names of the passed steps. The error of a failed step has its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = perf_counter()
        self.outcomes: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.outcomes.append(f"{name}:FAILED")
        try:
            yield
        except Exception as error:
            error.add_note(f"{self.name}: the step {name!r} failed")
            raise
        self.outcomes[-1] = name

    def summary(self) -> str:
        seconds = perf_counter() - self.started
        return f"{self.name:<32} {' '.join(self.outcomes)}  {seconds:.1f} s"
