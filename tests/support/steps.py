"""The steps that one cell goes through, and the line that tells how far it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Steps:
    """Collects the names of the steps that passed; a step that fails is named in its error."""

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
