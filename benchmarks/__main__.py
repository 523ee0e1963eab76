"""Run the benchmarks: `uv run --group benchmarks python -m benchmarks`."""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import databases, machine, page, plot, wrk
from benchmarks.goals import goals
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.preparation import set_up
from benchmarks.renders import ROOT
from benchmarks.results import Results
from benchmarks.scenarios import (
    copying,
    hashes,
    login,
    me,
    profile,
    refresh,
    rows,
    scale,
    small,
    start,
    storm,
    suite,
)
from benchmarks.stage import Stage
from benchmarks.table import all_tables

Scenario = Callable[[Stage, Results], None]
SCENARIOS: dict[str, Scenario] = {
    "me": me.run,
    "refresh": refresh.run,
    "login": login.run,
    "storm": storm.run,
    "small": small.run,
    "start": start.run,
    "scale": scale.run,
    "rows": rows.run,
    "copy": copying.run,
    "tests": suite.run,
    "hash": hashes.run,
    "profile": profile.run,
}


def main() -> None:
    options = _options()
    plan = QUICK if options.quick else FULL
    wrk.require()
    results = Results(machine=machine.describe(databases.require()))
    for _ in measured(plan, options.only or list(SCENARIOS), results):
        results.save(options.output / "results.json")  # keeps the figures if a later scenario fails
    aims = goals(plan.sizes)
    plot.save(aims, results, options.output / "results.svg")
    print(f"\n{all_tables(aims, results)}\n\nSaved in {options.output}.")
    if options.publish:
        page.publish(results)


def measured(plan: Plan, names: list[str], results: Results) -> Iterator[str]:
    """Run each scenario and yield its name when it is done."""
    with set_up(plan) as stage:
        for name in names:
            begin = time.monotonic()
            print(f"{name} …", end=" ", flush=True)
            SCENARIOS[name](stage, results)
            print(f"{time.monotonic() - begin:.0f} s", flush=True)
            yield name


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="check that everything runs, in about four minutes"
    )
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, help="run only these scenarios")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument(
        "--publish", action="store_true", help="write the results to docs/performance.md"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
