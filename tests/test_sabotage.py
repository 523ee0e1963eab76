"""The tests of a render fail for every defence that is removed from it.

To add one, write a row in sabotages.yml: a name for the missing defence, the rule, the file,
the text of the defence (which must occur exactly once), its replacement, and the own test that
must fail, without its parameters. Each row runs only that test. A row may name several tests or
files, up to the first failure of which it runs.
If all of them pass, the render lacks a test. Write that test first.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from support import sabotage
from support.matrix import COVERING_CELLS, Cell
from support.sabotage import Sabotage

SABOTAGES = sabotage.table()
HARMLESS = Sabotage(
    name="nothing is missing",
    rule="none",
    file="app/auth/fastapi/middleware.py",
    find='"nosniff",',
    replace='"nosniff"  ,',
    tests="auth/fastapi/test_security_headers.py::test_every_response_has_the_headers",
)
BROKEN = replace(HARMLESS, name="nothing runs", replace='"nosniff"!')
MISSING = replace(HARMLESS, name="nothing is found", find="no-cache")


@pytest.fixture
def sabotaged(tested: Callable[[Cell], Path], tmp_path: Path) -> Callable[[Sabotage], Path]:
    """Return a copy of a tested render without the defence."""

    def sabotage_copy(row: Sabotage) -> Path:
        project = Path(copytree(tested(row.rendered), tmp_path / "project"))
        row.apply(project)
        return project

    return sabotage_copy


@pytest.mark.parametrize("row", SABOTAGES, ids=str)
def test_sabotage_is_noticed(
    row: Sabotage,
    sabotaged: Callable[[Sabotage], Path],
    new_database: Callable[[Cell], str],
    record_property: Callable[[str, object], None],
) -> None:
    project, database_url = sabotaged(row), new_database(row.rendered)

    noticed_by = sabotage.noticing_test(sabotage.run_tests(project, row.tests, database_url))

    record_property("sabotages", f"{row.rule:<7} {row.name:<55} {noticed_by}")


@pytest.mark.parametrize("row", [HARMLESS, BROKEN], ids=str)
def test_sabotage_that_fails_no_test_is_reported(
    row: Sabotage,
    sabotaged: Callable[[Sabotage], Path],
    new_database: Callable[[Cell], str],
) -> None:
    finished = sabotage.run_tests(sabotaged(row), row.tests, new_database(row.rendered))

    with pytest.raises(AssertionError, match="no test noticed it"):
        sabotage.noticing_test(finished)


def test_sabotage_that_finds_nothing_is_reported(sabotaged: Callable[[Sabotage], Path]) -> None:
    with pytest.raises(AssertionError, match="0 times: fix"):
        sabotaged(MISSING)


def test_names_are_unique() -> None:
    names = [str(row) for row in SABOTAGES]

    assert len(set(names)) == len(names) >= 35


def test_sabotages_of_the_adapters_name_tests_that_use_the_database() -> None:
    """The files directly in `tests/auth` use storage in memory."""
    named = {
        file
        for row in SABOTAGES
        if row.file.startswith("app/auth/ext/")
        for file in row.tests.split()
    }

    assert {file for file in named if file.startswith("auth/test_")} == set()


def test_sabotaged_cells_run_whole() -> None:
    """Their unchanged renders are tested anyway."""
    assert {row.rendered for row in SABOTAGES} <= set(COVERING_CELLS)
