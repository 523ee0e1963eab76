"""An edit and a fix on one line: nothing is lost, and nothing goes on before it is resolved."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support import fix, team, updating, workflows
from support.commands import run
from support.editing import edit
from support.matrix import Cell
from support.templates import ROOT

LOGIN = "app/auth/fastapi/login.py"
UPDATING = (ROOT / "docs/updating.md").read_text()
ORIGINAL = "USER_AGENT_LENGTH = 255  # characters kept of what a client says it is"
CONFLICT = f"""\
<<<<<<< before updating
{team.SAME_LINE}
=======
{fix.USER_AGENT_LENGTH}
>>>>>>> after updating
"""
DIRTY = (
    "Destination repository is dirty; cannot continue. "
    "Please commit or stash your local changes and retry."
)


@pytest.fixture(scope="module")
def updated(
    released: Callable[[str, Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A project in which the team changed a line that the fix changes too, after the update."""
    folder = tmp_path_factory.mktemp("conflicts") / "project"
    project = Path(copytree(released(fix.BEFORE, Cell()), folder))
    team.work_on(project, Cell())
    edit(project / LOGIN, ORIGINAL, team.SAME_LINE)
    updating.committed(project)
    finished = updating.update(project)
    assert finished.code == 0, finished.report()
    return project


@pytest.fixture
def conflicted(updated: Path, tmp_path: Path) -> Path:
    return Path(copytree(updated, tmp_path / "project"))


def test_both_lines_are_kept_between_markers(conflicted: Path) -> None:
    assert updating.conflicts(conflicted) == [LOGIN]
    assert CONFLICT in (conflicted / LOGIN).read_text()
    assert team.missing(conflicted) == []
    assert fix.missing(conflicted) == []


def test_check_of_the_workflow_fails_until_the_conflict_is_resolved(conflicted: Path) -> None:
    check = workflows.step(conflicted, "ci.yml", "No conflict markers")

    before = workflows.play(check, cwd=conflicted)
    edit(conflicted / LOGIN, CONFLICT, f"{team.SAME_LINE}\n")
    after = workflows.play(check, cwd=conflicted)

    assert (before.code, after.code) == (1, 0)
    assert re.search(rf"^{LOGIN}:\d+:<<<<<<< before updating$", before.output, re.MULTILINE)


def test_second_update_is_refused_while_the_first_is_unresolved(conflicted: Path) -> None:
    state = (updating.changes(conflicted), (conflicted / LOGIN).read_text())

    finished = updating.update(conflicted)

    assert (finished.code, finished.output.strip()) == (1, DIRTY)
    assert (updating.changes(conflicted), (conflicted / LOGIN).read_text()) == state


def test_second_update_on_committed_markers_changes_nothing(conflicted: Path) -> None:
    updating.committed(conflicted)

    finished = updating.update(conflicted)

    assert finished.code == 0, finished.report()
    assert updating.changes(conflicted) == []
    assert "git grep -nE" in finished.output  # the only way to find them now


def test_git_knows_both_sides(conflicted: Path) -> None:
    run("git", "checkout", "--ours", LOGIN, cwd=conflicted)
    ours = (conflicted / LOGIN).read_text()
    run("git", "checkout", "--theirs", LOGIN, cwd=conflicted)
    theirs = (conflicted / LOGIN).read_text()

    assert team.REFUSAL in ours
    assert team.SAME_LINE in ours
    assert team.REFUSAL not in theirs
    assert fix.USER_AGENT_LENGTH in theirs


def test_dirty_tree_is_refused_and_left_alone(edited: Callable[..., Path]) -> None:
    project = edited(Cell())
    (project / "notes.txt").write_text("not committed yet\n")

    finished = updating.update(project)

    assert (finished.code, finished.output.strip()) == (1, DIRTY)
    assert updating.changes(project) == ["?? notes.txt"]


def test_documentation_quotes_the_conflict_and_the_refusal() -> None:
    assert CONFLICT in UPDATING
    assert DIRTY in UPDATING
