"""The rendered workflow opens one issue when the template has a newer version."""

import sys
from collections.abc import Callable
from pathlib import Path

from support import fix, workflows
from support.commands import Finished
from support.matrix import Cell

OPENING = "Open an issue about a newer version, unless one is open"
ISSUE = "issue create --title The template has a newer version --body "

Render = Callable[[Cell], Path]
Released = Callable[[str, Cell], Path]


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
    """A template that is away has no version to compare."""
    project = tmp_path / "project"
    project.mkdir()
    (project / ".copier-answers.yml").write_text("_src_path: /nowhere\n_commit: 1.0.0\n")
    step = workflows.step(render(Cell()), "template-update.yml", OPENING)

    finished = workflows.play(step, cwd=project, commands=stand_ins(tmp_path, issues=0))

    assert finished.code not in (0, 2)
    assert calls_of(tmp_path) == []


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
