"""A plot of each figure relative to its goal."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.goals import Goal
from benchmarks.results import Results

MET, MISSED = "#2a7f62", "#b4532a"
# Text is not converted to paths, and equal results give equal files.
SVG = {"svg.fonttype": "none", "svg.hashsalt": "benchmarks"}


def save(goals: Sequence[Goal], results: Results, path: Path) -> None:
    """Draw a bar for each goal. The goal is met if the bar reaches 1."""
    # Imported here, because tests of this module run without the group `benchmarks`.
    import matplotlib
    from matplotlib.figure import Figure

    drawn = [(goal, value) for goal in goals if (value := goal.reached(results)) and goal.bound]
    drawn.reverse()
    lengths = [headroom(goal, value) for goal, value in drawn]
    with matplotlib.rc_context(SVG):
        figure = Figure(figsize=(9, 0.6 + 0.32 * len(drawn)), layout="constrained")
        axes = figure.subplots()
        colours = [MET if goal.is_met(value) else MISSED for goal, value in drawn]
        bars = axes.barh([goal.title for goal, _ in drawn], lengths, color=colours)
        axes.bar_label(bars, [f"{value:.2f} ({goal.aim})" for goal, value in drawn], padding=4)
        axes.axvline(1, color="black", linewidth=1)
        axes.set_xlim(0, max([1, *lengths]) * 1.25)
        axes.set_xlabel("figure relative to its goal (1: met exactly)")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, format="svg", metadata={"Date": None})


def headroom(goal: Goal, value: float) -> float:
    """Return 1 if the goal is met exactly, and more if the figure is better."""
    return value / goal.bound if goal.at_least else goal.bound / value
