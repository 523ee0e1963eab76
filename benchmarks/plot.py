"""The goals as a picture: how far each figure is from its bound."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.goals import Goal
from benchmarks.results import Results

MET, MISSED = "#2a7f62", "#b4532a"
# Text stays text, and two plots of the same results are the same file.
SVG = {"svg.fonttype": "none", "svg.hashsalt": "benchmarks"}


def save(goals: Sequence[Goal], results: Results, path: Path) -> None:
    """Draw a bar for each goal; at 1 it is just met, and to the right of it more than met."""
    # Only the group `benchmarks` has it, and the tests want the rest of this module.
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
        axes.set_xlabel("how well each goal is met; 1 is just met")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, format="svg", metadata={"Date": None})


def headroom(goal: Goal, value: float) -> float:
    """Return 1 when the goal is just met, more when it is met with something to spare."""
    return value / goal.bound if goal.at_least else goal.bound / value
