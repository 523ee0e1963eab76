"""The rendered workflow opens one issue if the template has a newer version."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import fix, workflows
from support.commands import Finished
from support.matrix import Cell

LOOKING = "Look for a newer version"
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


def test_failed_check_for_a_newer_version_fails_the_workflow(
    tmp_path: Path, render: Render
) -> None:
    """An unreachable template has no version to compare."""
    project = copied_from("git+file:///nowhere.git", tmp_path)
    finished, calls = look_for_a_newer_version(render(Cell()), tmp_path, issues=0, project=project)

    assert finished.code not in (0, 2)
    assert calls == []


@pytest.mark.parametrize(
    "folder", ["/nowhere", "../kit", "~/kit", "'/a: b'", "C:\\\\kit", "D:/kit"]
)
def test_folder_of_another_machine_is_a_notice(tmp_path: Path, render: Render, folder: str) -> None:
    project = copied_from(folder, tmp_path)
    finished, calls = look_for_a_newer_version(render(Cell()), tmp_path, issues=0, project=project)

    assert finished.code == 0, finished.report()
    assert finished.output.startswith("::notice title=No template to compare with::")
    assert calls == []


def copied_from(source: str, folder: Path) -> Path:
    """Return a folder with the answers of a project."""
    project = folder / "project"
    project.mkdir()
    (project / ".copier-answers.yml").write_text(f"_src_path: {source}\n_commit: 1.0.0\n")
    return project


def look_for_a_newer_version(
    render: Path, folder: Path, *, issues: int, project: Path | None = None
) -> tuple[Finished, list[str]]:
    """Run the steps with the real Copier and a fake `gh`. Return the calls of `gh`."""
    commands, output = fake_commands(folder, issues=issues), folder / "output"
    output.touch()
    env = {"GITHUB_OUTPUT": str(output)}
    looking, opening = (
        workflows.step(render, "template-update.yml", name) for name in (LOOKING, OPENING)
    )
    finished = workflows.play(looking, cwd=project or render, commands=commands, env=env)
    assert opening["if"] == "steps.look.outputs.code == 2"
    if output.read_text() == "code=2\n":
        finished = workflows.play(opening, cwd=project or render, commands=commands)
    return finished, calls_of(folder)


def fake_commands(folder: Path, *, issues: int) -> Path:
    """Create a `uvx` that runs the installed Copier, and a `gh` that records its calls."""
    commands = folder / "commands"
    commands.mkdir()
    scripts = {
        "uvx": f'tool=${{1%%@*}}; shift; exec {sys.executable} -m "$tool" "$@"',
        "gh": f'echo "$*" >> {folder}/calls; [ "$2" != list ] || echo {issues}',
    }
    for name, script in scripts.items():
        (commands / name).write_text(f"#!/bin/sh\n{script}\n")
        (commands / name).chmod(0o755)
    return commands


def calls_of(folder: Path) -> list[str]:
    calls = folder / "calls"
    return calls.read_text().splitlines() if calls.exists() else []
