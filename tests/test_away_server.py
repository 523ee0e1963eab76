"""Without a database server, the tests of a render are skipped with one message."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks, databases
from support.commands import Finished, attempt, module
from support.matrix import Cell

CELLS = [
    Cell(concurrency, database)
    for concurrency in ("async", "sync")
    for database in ("postgresql", "mysql")
]


def routes_tested(cell: Cell, project: Path, **env: str) -> Finished:
    command = module("pytest", *checks.own_tests("tests/routes"))
    away = {"TEST_DATABASE_URL": f"{databases.dialect(cell)}://nobody@127.0.0.1:1/away"}
    return attempt(*command, cwd=project, env={**checks.OWN_TEST_ENVIRONMENT, **away, **env})


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_reason_is_shown_once(cell: Cell, render: Callable[[Cell], Path]) -> None:
    finished = routes_tested(cell, render(cell))

    assert (finished.code, "4 skipped" in finished.output) == (0, True), finished.report()
    assert finished.output.count("No database server for the tests: ") == 1
    assert "Start one or set TEST_DATABASE_URL." in finished.output


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_missing_server_fails_in_ci(cell: Cell, render: Callable[[Cell], Path]) -> None:
    finished = routes_tested(cell, render(cell), CI="true")

    assert finished.code == 1, finished.report()
    assert "No database server for the tests: " in finished.output
