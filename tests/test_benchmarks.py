"""Benchmark code that needs neither servers nor time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from benchmarks import page, plot, steady
from benchmarks.goals import Figure, Goal, goals
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.results import Results
from benchmarks.scenarios import profile
from benchmarks.table import goals_table, scenario_table, shown, table


def measured(**series: list[float]) -> Results:
    """Return results of the scenario `s`, with the `rps` of each subject."""
    results = Results()
    for subject, values in series.items():
        for value in values:
            results.add("s", subject, rps=value)
    return results


def goal(*, bound: float = 2.0, at_least: bool = True, yardsticks: tuple[str, ...]) -> Goal:
    yardstick = Figure(yardsticks, "rps") if yardsticks else None
    return Goal("ours", "s", Figure(("ours",), "rps"), yardstick, bound, at_least)


def test_goal_compares_what_was_measured_in_the_same_round() -> None:
    results = measured(ours=[10, 100, 30], other=[5, 50, 10])

    assert goal(yardsticks=("other",)).reached(results) == 2


def test_goal_compares_with_the_best_of_several_in_each_round() -> None:
    results = measured(ours=[10, 10], one=[1, 5], two=[2, 1])

    assert goal(yardsticks=("one", "two")).reached(results) == pytest.approx(3.5)


def test_goal_without_a_yardstick_is_the_figure_itself() -> None:
    assert goal(yardsticks=()).reached(measured(ours=[1, 9, 4])) == 4


def test_goal_leaves_out_what_both_contain() -> None:
    results = measured(ours=[390, 13], other=[320, 9], least=[80, 5])
    cost = Goal(
        "ours",
        "s",
        Figure(("ours",), "rps"),
        Figure(("other",), "rps"),
        1.0,
        at_least=False,
        floor=Figure(("least",), "rps"),
    )

    assert cost.reached(results) == pytest.approx((310 / 240 + 8 / 4) / 2)


def test_goal_is_not_reached_without_measurements() -> None:
    results = measured(ours=[1])

    assert goal(yardsticks=("other",)).reached(results) is None
    assert goal(yardsticks=()).reached(Results()) is None


@pytest.mark.parametrize(
    ("at_least", "value", "met"),
    [(True, 1.99, False), (True, 2, True), (False, 2, True), (False, 2.01, False)],
)
def test_goal_is_met_on_one_side_of_its_bound(at_least: bool, value: float, met: bool) -> None:
    assert goal(at_least=at_least, yardsticks=()).is_met(value) == met


def test_headroom_is_one_when_a_goal_is_just_met() -> None:
    least, most = (goal(at_least=side, yardsticks=()) for side in (True, False))

    assert plot.headroom(least, 2) == plot.headroom(most, 2) == 1
    assert plot.headroom(least, 1) == plot.headroom(most, 4) == 0.5


@pytest.mark.parametrize("plan", [FULL, QUICK])
def test_goals_have_distinct_titles(plan: Plan) -> None:
    titles = [one.title for one in goals(plan.sizes)]

    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0"), (1.2345, "1.23"), (0.01234, "0.0123"), (1234.5, "1234"), (100, "100")],
)
def test_numbers_have_three_digits_and_no_exponent(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_columns_of_a_table_line_up() -> None:
    assert table(["a", "number"], [["long name", "1"]]).splitlines() == [
        "| a         | number |",
        "| --------- | -----: |",
        "| long name |      1 |",
    ]


def test_scenario_table_has_medians_and_gaps() -> None:
    results = measured(ours=[1, 3, 2])
    results.add("s", "other", p99_ms=7)

    rows = scenario_table("s", results).splitlines()[2:]

    assert rows == ["| ours  |   2 |      - |", "| other |   - |      7 |"]


def test_goals_table_leaves_out_what_was_not_measured() -> None:
    aims = [goal(yardsticks=()), goal(yardsticks=("absent",))]

    rows = goals_table(aims, measured(ours=[1])).splitlines()[2:]

    assert rows == ["| ours   |        1 | >= 2 |  no |"]


def test_results_of_several_runs_are_joined(tmp_path: Path) -> None:
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file, values in zip(files, ([1.0, 2.0], [3.0]), strict=True):
        measured(ours=values).save(file)

    assert Results.load(files).series("s", "ours", "rps") == [1, 2, 3]


def test_page_is_changed_only_between_its_marks() -> None:
    before = "a\n<!-- results begin -->\nold\n<!-- results end -->\nz\n"

    after = page.filled(before, r"new \1")

    assert after == "a\n<!-- results begin -->\n\nnew \\1\n\n<!-- results end -->\nz\n"


def test_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        page.filled("no marks", "text")


def test_documentation_has_the_marks() -> None:
    assert page.MARKED.search(page.PAGE.read_text())


def test_profile_counts_the_innermost_package_that_it_knows() -> None:
    stacks = [
        "run (/lib/uvicorn/server.py:1);read (/x/app/auth/a.py:1);loads (/lib/json/a.py:1) 3",
        "run (/lib/uvicorn/server.py:1) 1",
    ]

    found = profile.shares(stacks)

    assert (found["kit"], found["uvicorn"], found["other"]) == (75, 25, 0)


def test_steady_latencies_are_in_milliseconds() -> None:
    found = steady.summary([number / 1000 for number in range(1, 102)], failures=3)

    assert [found.p50_ms, found.p99_ms] == pytest.approx([51, 100])
    assert found.failures == 3


class Stalled(steady.Visitor):
    """A visitor whose first responses arrive together, so that each needs its own connection."""

    def __init__(self, together: int) -> None:
        super().__init__(steady.Load("127.0.0.1:1", "/", rate=1, seconds=1), "token")
        self.everybody = asyncio.Barrier(together)
        self.asked: list[int] = []

    async def _connect(self) -> Any:
        return object()

    async def _exchange(self, connection: Any) -> bool:
        self.asked.append(id(connection))
        if len(self.asked) <= self.everybody.parties:
            await self.everybody.wait()
        return True


async def visits(burst: int) -> Stalled:
    visitor = Stalled(burst)
    await asyncio.gather(*(visitor.ask(0) for _ in range(burst)))
    for _ in range(burst):
        await visitor.ask(0)
    return visitor


def test_steady_load_uses_every_connection() -> None:
    asked = asyncio.run(visits(3)).asked

    assert len(set(asked[:3])) == 3
    assert set(asked[3:]) == set(asked[:3])
