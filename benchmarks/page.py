"""Publication of results in the documentation: the tables between two marks, and the plot.

`python -m benchmarks.page RESULTS …` publishes the result files of one or more runs.
"""

import re
import sys
from pathlib import Path

from benchmarks import plot
from benchmarks.goals import goals
from benchmarks.plan import FULL
from benchmarks.renders import ROOT
from benchmarks.results import Results
from benchmarks.table import all_tables

PAGE = ROOT / "docs" / "performance.md"
PLOT = PAGE.with_suffix(".svg")
SAVED = PAGE.with_suffix(".json")
LINKS = f"""![Each figure relative to its goal]({PLOT.name})

The figures of all rounds are in [{SAVED.name}]({SAVED.name})."""
MARKED = re.compile(r"(?<=<!-- results begin -->\n).*(?=<!-- results end -->)", re.DOTALL)


def publish(results: Results) -> None:
    """Write the tables, the plot and the results to docs."""
    aims = goals(FULL.sizes)
    machine = ", ".join(f"{name} {value}" for name, value in results.machine.items())
    text = f"{machine}.\n\n{all_tables(aims, results)}\n\n{LINKS}"
    PAGE.write_text(filled(PAGE.read_text(), text))
    plot.save(aims, results, PLOT)
    results.save(SAVED)


def filled(page: str, text: str) -> str:
    """Return the page with the text between its marks. Raise ValueError without marks."""
    changed, found = MARKED.subn(lambda _: f"\n{text}\n\n", page)
    if found != 1:
        raise ValueError("the page needs exactly one pair of marks: results begin, results end")
    return changed


if __name__ == "__main__":
    publish(Results.load(map(Path, sys.argv[1:])))
