"""Results: one value per round for each scenario, subject and figure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Key = tuple[str, str, str]


@dataclass
class Results:
    """`machine` describes the machine and the versions. The name of a figure ends in its unit."""

    machine: dict[str, str] = field(default_factory=dict)
    _series: dict[Key, list[float]] = field(default_factory=dict)

    def add(self, scenario: str, subject: str, **figures: float) -> None:
        for figure, value in figures.items():
            self._series.setdefault((scenario, subject, figure), []).append(value)

    def series(self, scenario: str, subject: str, figure: str) -> list[float]:
        """Return the values of all rounds in order, or an empty list if it was not measured."""
        return self._series.get((scenario, subject, figure), [])

    def median(self, scenario: str, subject: str, figure: str) -> float | None:
        values = self.series(scenario, subject, figure)
        return median(values) if values else None

    def scenarios(self) -> list[str]:
        return list(dict.fromkeys(scenario for scenario, _, _ in self._series))

    def subjects(self, scenario: str) -> list[str]:
        return list(dict.fromkeys(subject for name, subject, _ in self._series if name == scenario))

    def figures(self, scenario: str) -> list[str]:
        return list(dict.fromkeys(figure for name, _, figure in self._series if name == scenario))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"machine": self.machine, "measured": list(self._rows())}
        path.write_text(json.dumps(content, indent=1) + "\n")

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Results":
        """Read one or more result files, and append the rounds of later ones to the first."""
        joined = cls()
        for path in paths:
            content = json.loads(path.read_text())
            joined.machine |= content["machine"]
            for row in content["measured"]:
                key = (row["scenario"], row["subject"], row["figure"])
                joined._series.setdefault(key, []).extend(row["values"])
        return joined

    def _rows(self) -> Iterator[dict[str, object]]:
        for (scenario, subject, figure), values in self._series.items():
            shortened = [float(f"{value:.5g}") for value in values]
            yield {"scenario": scenario, "subject": subject, "figure": figure, "values": shortened}
