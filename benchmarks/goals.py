"""A goal: a ratio within one run, which says something on a noisy machine too."""

from dataclasses import dataclass
from statistics import median

from benchmarks.results import Results


@dataclass(frozen=True)
class Figure:
    """Of several subjects the one that does best counts, in each round anew."""

    subjects: tuple[str, ...]
    name: str

    def rounds(self, scenario: str, results: Results) -> list[float]:
        series = [results.series(scenario, subject, self.name) for subject in self.subjects]
        return [max(values) for values in zip(*filter(None, series), strict=False)]


@dataclass(frozen=True)
class Goal:
    """`measured` over `yardstick`, or `measured` alone, is on the right side of `bound`."""

    title: str
    scenario: str
    measured: Figure
    yardstick: Figure | None
    bound: float
    at_least: bool

    def reached(self, results: Results) -> float | None:
        """Return the median of the ratios of all rounds, or None if it was not measured."""
        above = self.measured.rounds(self.scenario, results)
        if self.yardstick is None:
            return median(above) if above else None
        below = self.yardstick.rounds(self.scenario, results)
        ratios = [a / b for a, b in zip(above, below, strict=False) if b]
        return median(ratios) if ratios else None

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def aim(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"
