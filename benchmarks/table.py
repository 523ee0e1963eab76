"""Markdown tables of results, for the terminal and the documentation."""

from collections.abc import Sequence

from benchmarks.goals import Goal
from benchmarks.results import Results

NOT_MEASURED = "-"


def shown(value: float | None) -> str:
    """Format a number with three significant digits and no exponent."""
    if value is None:
        return NOT_MEASURED
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an aligned Markdown table. The first column is text, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [_aligned(heading, widths), rule, *(_aligned(row, widths) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goals_table(goals: Sequence[Goal], results: Results) -> str:
    """Return a row for each goal that was measured."""
    reached = [(goal, goal.reached(results)) for goal in goals]
    rows = [
        [goal.title, shown(value), goal.aim, "yes" if goal.is_met(value) else "no"]
        for goal, value in reached
        if value is not None
    ]
    return table(["figure", "measured", "goal", "met"], rows)


def scenario_table(scenario: str, results: Results) -> str:
    """Return the medians of a scenario, one row per subject."""
    figures = results.figures(scenario)
    rows = [
        [subject, *(shown(results.median(scenario, subject, figure)) for figure in figures)]
        for subject in results.subjects(scenario)
    ]
    return table([scenario, *figures], rows)


def all_tables(goals: Sequence[Goal], results: Results) -> str:
    parts = [goals_table(goals, results)]
    parts += [scenario_table(scenario, results) for scenario in results.scenarios()]
    return "\n\n".join(parts)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(cells, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
