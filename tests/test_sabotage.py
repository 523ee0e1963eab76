"""The tests of a render notice every defence that is taken out of it.

To add one, write a row in sabotages.yml: a name that says what no longer holds, the rule, the file,
the text that makes the defence (it must be there exactly once), what takes its place, and the files
of own tests that have to notice. Choose the smallest, for each row costs a run of them.
If all of them pass, the render lacks a test: write that one first.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest

from support import sabotage
from support.matrix import Cell
from support.sabotage import Sabotage

SABOTAGES = sabotage.table()
HARMLESS = Sabotage(
    name="nothing is missing",
    rule="none",
    file="app/auth/fastapi/headers.py",
    find='"nosniff"}',
    replace='"nosniff"} | {}',
    tests="auth/fastapi/test_headers.py",
)
BROKEN = replace(HARMLESS, name="nothing runs", replace='"nosniff"!')
MISSING = replace(HARMLESS, name="nothing is found", find="no-cache")


@pytest.fixture(scope="session")
def sound(
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Cell], Path]:
    """Return a render that passes the tests which have to notice something in it."""

    @cache
    def check_once(cell: Cell) -> Path:
        project = tmp_path_factory.mktemp("sound") / str(cell)
        copytree(render(cell), project)
        finished = sabotage.run_tests(project, sabotage.tests_named_for(cell))
        assert finished.code == 0, finished.report()
        return project

    return check_once


@pytest.fixture
def sabotaged(sound: Callable[[Cell], Path], tmp_path: Path) -> Callable[[Sabotage], Path]:
    """Return a render of its own without the defence."""

    def sabotage_copy(row: Sabotage) -> Path:
        project = Path(copytree(sound(row.rendered), tmp_path / "project"))
        row.apply(project)
        return project

    return sabotage_copy


@pytest.mark.parametrize("row", SABOTAGES, ids=str)
def test_sabotage_is_noticed(
    row: Sabotage,
    sabotaged: Callable[[Sabotage], Path],
    record_property: Callable[[str, object], None],
) -> None:
    project = sabotaged(row)

    noticed_by = sabotage.noticing_test(sabotage.run_tests(project, row.tests))

    record_property("sabotages", f"{row.rule:<7} {row.name:<55} {noticed_by}")


@pytest.mark.parametrize("row", [HARMLESS, BROKEN], ids=str)
def test_sabotage_that_fails_no_test_is_told(
    row: Sabotage,
    sabotaged: Callable[[Sabotage], Path],
) -> None:
    finished = sabotage.run_tests(sabotaged(row), row.tests)

    with pytest.raises(AssertionError, match="no test has noticed it"):
        sabotage.noticing_test(finished)


def test_sabotage_that_finds_nothing_is_told(sabotaged: Callable[[Sabotage], Path]) -> None:
    with pytest.raises(AssertionError, match="0 times: mend"):
        sabotaged(MISSING)


def test_every_name_is_another() -> None:
    names = [str(row) for row in SABOTAGES]

    assert len(set(names)) == len(names) >= 35
