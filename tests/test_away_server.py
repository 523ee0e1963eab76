"""Without a database, the tests of a render are skipped with one message."""

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


def notes_tested(
    cell: Cell, project: Path, server: str = "nobody@127.0.0.1:1", **env: str
) -> Finished:
    command = module("pytest", *checks.own_tests("tests/routes/test_notes.py"))
    away = {"TEST_DATABASE_URL": f"{databases.dialect(cell)}://{server}/away"}
    return attempt(*command, cwd=project, env={**checks.OWN_TEST_ENVIRONMENT, **away, **env})


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_reason_is_shown_once(cell: Cell, render: Callable[[Cell], Path]) -> None:
    finished = notes_tested(cell, render(cell))

    assert (finished.code, "4 skipped" in finished.output) == (0, True), finished.report()
    assert finished.output.count("No database for the tests: ") == 1
    assert "Start a server or set TEST_DATABASE_URL." in finished.output


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_refusal_of_the_server_is_shown_once(cell: Cell, render: Callable[[Cell], Path]) -> None:
    databases.require(cell.database)
    host = databases.SERVERS[cell.database].rpartition("@")[2]

    finished = notes_tested(cell, render(cell), server=f"no_such_user@{host}")

    assert (finished.code, "4 skipped" in finished.output) == (0, True), finished.report()
    assert finished.output.count("no_such_user") == 1


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_missing_server_fails_in_ci(cell: Cell, render: Callable[[Cell], Path]) -> None:
    finished = notes_tested(cell, render(cell), CI="true")

    assert finished.code == 1, finished.report()
    assert "No database for the tests: " in finished.output
