"""A changed answer replaces the old answer's code and keeps the team's edits."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy2, copytree
from typing import Any

import pytest

from support import checks, fix, own_code, team, updating
from support.commands import attempt, module
from support.matrix import Cell
from support.steps import Steps

# Unavoidable conflicts, where a team's line is next to a line that differs in sync code: the
# awaited call, the import of the session, and SQLAlchemy's extra.
BESIDE_SYNC_CODE = ["app/auth/fastapi/login.py", "app/dependencies.py", "pyproject.toml"]
CONFLICTS = {
    Cell(transport="header"): [],
    Cell(transport="cookie"): [],
    Cell(concurrency="sync"): BESIDE_SYNC_CODE,
    Cell(database="postgresql"): [],
    Cell(database="mysql"): [],
    Cell(password_hash="argon2id"): [],
}


@pytest.mark.parametrize(("cell", "conflicts"), CONFLICTS.items(), ids=map(str, CONFLICTS))
def test_answer_is_changed_in_an_edited_project(
    cell: Cell,
    conflicts: list[str],
    edited: Callable[..., Path],
    released: Callable[[str, Cell], Path],
    new_database: Callable[[Cell], str],
    near_edits: tuple[str, ...],
    record_property: Callable[[str, object], None],
) -> None:
    steps = Steps(f"to {cell}")
    project = edited(Cell())
    try:
        with steps.step("update"):
            settings = (project / ".env").read_bytes()
            finished = updating.update(project, updating.SAME_VERSION, **changed(cell))
            assert finished.code == 0, finished.report()
            assert updating.conflicts(project) == conflicts
            extent = updating.extent(project)
        steps.outcomes.append(f"({extent})")
        with steps.step("edits"):
            assert team.missing(project) == []
            assert (project / ".env").read_bytes() == settings
        with steps.step("files"):
            # The result equals a fresh render with the new answer and the same edits.
            own = own_code.FILES if cell.concurrency == "sync" else ()
            as_rendered_so = edited(cell)
            differing = updating.diverging(project, as_rendered_so, besides=own)
            assert differing == conflicts
        with steps.step("by hand"):
            for file in conflicts:
                copy2(released(fix.BEFORE, cell) / file, project / file)
                team.edit_again(project, file, cell)
            team.write_own_code(project, cell)
            assert updating.diverging(project, as_rendered_so) == []
        with steps.step("tests"):
            env = {"TEST_DATABASE_URL": new_database(cell)}
            checks.passes_its_tests(project, env, *near_edits)
    finally:
        record_property("updates", steps.summary())


@pytest.mark.parametrize(
    ("cell", "variable"),
    [
        (Cell(transport="header"), "AUTH_COOKIE_SECURE"),
        (Cell(database="postgresql"), "DATABASE_URL"),
        (Cell(concurrency="sync"), "DATABASE_URL"),
    ],
    ids=str,
)
def test_startup_names_the_variable_that_no_longer_fits(
    cell: Cell,
    variable: str,
    released: Callable[[str, Cell], Path],
    tmp_path: Path,
) -> None:
    """An update never changes `.env`, so it still fits the old answer."""
    project = Path(copytree(released(fix.BEFORE, Cell()), tmp_path / "project"))
    updating.update(project, updating.SAME_VERSION, **changed(cell))

    started = attempt(*module("alembic", "upgrade", "head"), cwd=project)

    assert started.code != 0
    assert f"  {variable}: " in started.output


def changed(cell: Cell) -> dict[str, Any]:
    """Return the answers that differ from the defaults."""
    defaults = Cell().answers
    return {name: given for name, given in cell.answers.items() if given != defaults[name]}
