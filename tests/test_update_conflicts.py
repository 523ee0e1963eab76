"""A conflict keeps both lines and blocks further updates until it is resolved."""

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

STATE = "app/auth/fastapi/state.py"
UPDATING = (ROOT / "docs/updating.md").read_text()
ELSEWHERE = "    return auth  # one for each start of the application"
ORIGINAL = "USER_AGENT_LENGTH = 255  # characters; the rest is cut off"
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
    """An updated project in which the team and the fix changed the same line."""
    folder = tmp_path_factory.mktemp("conflicts") / "project"
    project = Path(copytree(released(fix.BEFORE, Cell()), folder))
    team.work_on(project, Cell())
    edit(project / STATE, ORIGINAL, team.SAME_LINE)
    edit(project / STATE, "    return auth\n", f"{ELSEWHERE}\n")
    updating.committed(project)
    finished = updating.update(project)
    assert finished.code == 0, finished.report()
    return project


@pytest.fixture
def conflicted(updated: Path, tmp_path: Path) -> Path:
    return Path(copytree(updated, tmp_path / "project"))


def test_both_lines_are_kept_between_markers(conflicted: Path) -> None:
    assert updating.conflicts(conflicted) == [STATE]
    assert CONFLICT in (conflicted / STATE).read_text()
    assert team.missing(conflicted) == []
    assert fix.missing(conflicted) == []


def test_check_of_the_workflow_fails_until_the_conflict_is_resolved(conflicted: Path) -> None:
    check = workflows.step(conflicted, "ci.yml", "No conflict markers")

    before = workflows.play(check, cwd=conflicted)
    edit(conflicted / STATE, CONFLICT, f"{team.SAME_LINE}\n")
    after = workflows.play(check, cwd=conflicted)

    assert (before.code, after.code) == (1, 0)
    assert re.search(rf"^{STATE}:\d+:<<<<<<< before updating$", before.output, re.MULTILINE)


def test_second_update_is_refused_while_the_first_is_unresolved(conflicted: Path) -> None:
    state = (updating.changes(conflicted), (conflicted / STATE).read_text())

    finished = updating.update(conflicted)

    assert (finished.code, finished.output.strip()) == (1, DIRTY)
    assert (updating.changes(conflicted), (conflicted / STATE).read_text()) == state


def test_second_update_on_committed_markers_changes_nothing(conflicted: Path) -> None:
    updating.committed(conflicted)

    finished = updating.update(conflicted)

    assert finished.code == 0, finished.report()
    assert updating.changes(conflicted) == []
    assert "git grep -nE" in finished.output  # the only way to find the markers now


def test_git_knows_both_sides(conflicted: Path) -> None:
    run("git", "checkout", "--ours", STATE, cwd=conflicted)
    ours = (conflicted / STATE).read_text()
    run("git", "checkout", "--theirs", STATE, cwd=conflicted)
    theirs = (conflicted / STATE).read_text()

    assert ELSEWHERE in ours
    assert team.SAME_LINE in ours
    assert ELSEWHERE not in theirs
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
