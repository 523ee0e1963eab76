"""The workflows of a render: pinned, without rights, and right about conflicts and updates."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support import fix, updating, workflows
from support.commands import Finished
from support.matrix import Cell
from support.templates import PROJECT

CELLS = (Cell(), Cell("sync", "postgresql", "header"), Cell("async", "mysql", "cookie"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
MARKERS = {
    "conflict": "<<<<<<< before updating\nours\n=======\ntheirs\n>>>>>>> after updating\n",
    "half resolved": "ours\n=======\n",
    "end left": "ours\n>>>>>>> after updating\n",
}
NO_MARKERS = {
    "indented": "  <<<<<<< before updating\n",
    "underline": "Changes\n=========\n",
    "shift": "<<<<<<<\n",
}
ISSUE = "issue create --title The template has a newer version --body "

Render = Callable[[Cell], Path]
Released = Callable[[str, Cell], Path]


@pytest.mark.parametrize(
    "file", sorted((PROJECT / workflows.FOLDER).iterdir()), ids=lambda f: f.name
)
def test_every_action_is_pinned_to_a_commit(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_job_may_only_what_it_needs(cell: Cell, render: Render) -> None:
    found = workflows.workflows(render(cell))

    rights = {
        name: [workflow["permissions"], *(job["permissions"] for job in workflow["jobs"].values())]
        for name, workflow in found.items()
    }
    assert rights == {
        "ci.yml": [{}, {"contents": "read"}],
        "template-update.yml": [{}, {"contents": "read", "issues": "write"}],
    }


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_checkout_leaves_no_credential_behind(cell: Cell, render: Render) -> None:
    checkouts = [
        step
        for workflow in workflows.workflows(render(cell)).values()
        for step in workflows.steps(workflow)
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert len(checkouts) == 2
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


@pytest.mark.parametrize(
    ("cell", "services"),
    [(CELLS[0], []), (CELLS[1], ["postgresql"]), (CELLS[2], ["mariadb"])],
    ids=str,
)
def test_tests_have_the_database_of_the_render(
    cell: Cell, services: list[str], render: Render
) -> None:
    (job,) = workflows.workflows(render(cell))["ci.yml"]["jobs"].values()

    assert list(job.get("services", {})) == services
    assert ("TEST_DATABASE_URL" in job.get("env", {})) == bool(services)


@pytest.mark.parametrize("text", MARKERS.values(), ids=MARKERS)
def test_marker_is_found(text: str, released: Released, tmp_path: Path) -> None:
    finished = look_for_markers(released, tmp_path, text)

    assert finished.code == 1
    assert "app/notes.py:" in finished.output


@pytest.mark.parametrize("text", NO_MARKERS.values(), ids=NO_MARKERS)
def test_what_only_looks_like_a_marker_passes(
    text: str, released: Released, tmp_path: Path
) -> None:
    finished = look_for_markers(released, tmp_path, text)

    assert (finished.code, finished.output) == (0, "")


def test_check_that_cannot_look_fails(render: Render, tmp_path: Path) -> None:
    """`git grep` outside of a repository finds nothing either, and says so with another code."""
    check = workflows.step(render(Cell()), "ci.yml", "No conflict markers")

    finished = workflows.play(check, cwd=tmp_path)

    assert finished.code == 1
    assert "not a git repository" in finished.output


def test_hook_looks_for_what_the_workflow_looks_for(render: Render) -> None:
    check = workflows.step(render(Cell()), "ci.yml", "No conflict markers")
    hooks = (render(Cell()) / ".pre-commit-config.yaml").read_text()

    (pattern,) = re.findall(r"git grep -nE '(.+)'", check["run"])
    assert f'entry: "{pattern}"' in hooks


def test_newer_version_opens_an_issue(released: Released, tmp_path: Path) -> None:
    finished, calls = look_for_a_newer_version(released(fix.BEFORE, Cell()), tmp_path, issues=0)

    assert finished.code == 0, finished.report()
    assert [call.split()[1] for call in calls] == ["list", "create"]
    assert calls[1].startswith(ISSUE)


def test_newer_version_opens_no_second_issue(released: Released, tmp_path: Path) -> None:
    finished, calls = look_for_a_newer_version(released(fix.BEFORE, Cell()), tmp_path, issues=1)

    assert finished.code == 0, finished.report()
    assert [call.split()[:2] for call in calls] == [["issue", "list"]]


def test_newest_version_opens_no_issue(released: Released, tmp_path: Path) -> None:
    finished, calls = look_for_a_newer_version(released(fix.AFTER, Cell()), tmp_path, issues=0)

    assert finished.code == 0, finished.report()
    assert calls == []


def test_check_for_a_newer_version_that_fails_is_no_answer(tmp_path: Path, render: Render) -> None:
    """A render that no repository holds has no version to compare."""
    project = tmp_path / "project"
    project.mkdir()
    (project / ".copier-answers.yml").write_text("_src_path: /nowhere\n_commit: 1.0.0\n")
    step = workflows.step(render(Cell()), "template-update.yml", OPENING)

    finished = workflows.play(step, cwd=project, commands=stand_ins(tmp_path, issues=0))

    assert finished.code not in (0, 2)
    assert calls_of(tmp_path) == []


OPENING = "Open an issue about a newer version, unless one is open"


def look_for_markers(released: Released, folder: Path, text: str) -> Finished:
    project = Path(copytree(released(fix.AFTER, Cell()), folder / "project"))
    (project / "app/notes.py").write_text(text)
    updating.committed(project)
    return workflows.play(workflows.step(project, "ci.yml", "No conflict markers"), cwd=project)


def look_for_a_newer_version(
    project: Path, folder: Path, *, issues: int
) -> tuple[Finished, list[str]]:
    """Run the step with Copier itself and a stand-in for GitHub's command; return what that got."""
    step = workflows.step(project, "template-update.yml", OPENING)
    finished = workflows.play(step, cwd=project, commands=stand_ins(folder, issues=issues))
    return finished, calls_of(folder)


def stand_ins(folder: Path, *, issues: int) -> Path:
    """Make a `uvx` that runs the installed Copier, and a `gh` that notes how it was called."""
    commands = folder / "commands"
    commands.mkdir()
    scripts = {
        "uvx": f'exec {sys.executable} -m "$@"',
        "gh": f'echo "$*" >> {folder}/calls; [ "$2" != list ] || echo {issues}',
    }
    for name, script in scripts.items():
        (commands / name).write_text(f"#!/bin/sh\n{script}\n")
        (commands / name).chmod(0o755)
    return commands


def calls_of(folder: Path) -> list[str]:
    calls = folder / "calls"
    return calls.read_text().splitlines() if calls.exists() else []
