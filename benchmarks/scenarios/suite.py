"""Run time of the rendered tests, on SQLite."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.renders import FLAVOURS, render
from benchmarks.results import Results
from benchmarks.stage import Stage

# The plugins of a rendered project. This environment has others, which would take time.
PLUGINS = ("anyio.pytest_plugin", "pytest_cov.plugin", "xdist.plugin")


def run(stage: Stage, results: Results) -> None:
    for flavour in FLAVOURS:
        project = render(stage.folder / f"{flavour}-suite", concurrency=flavour)
        begin = time.perf_counter()
        pass_tests(project)
        results.add("tests", flavour, seconds=time.perf_counter() - begin)


def pass_tests(project: Path) -> None:
    plugins = [option for plugin in PLUGINS for option in ("-p", plugin)]
    finished = subprocess.run(
        (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins),
        cwd=project,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    if finished.returncode:
        raise RuntimeError(f"the rendered tests failed:\n{finished.stdout}")
