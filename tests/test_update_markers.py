"""The rendered workflow and the hook find conflict markers and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support import fix, updating, workflows
from support.commands import Finished
from support.matrix import Cell
from support.templates import ROOT

CHECK = "No conflict markers"
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

Render = Callable[[Cell], Path]
Released = Callable[[str, Cell], Path]


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
    """Outside of a repository, `git grep` also finds nothing, but exits with another code."""
    check = workflows.step(render(Cell()), "ci.yml", CHECK)

    finished = workflows.play(check, cwd=tmp_path)

    assert finished.code == 1
    assert "not a git repository" in finished.output


def test_hook_looks_for_what_the_workflow_looks_for(render: Render) -> None:
    check = workflows.step(render(Cell()), "ci.yml", CHECK)
    hooks = (render(Cell()) / ".pre-commit-config.yaml").read_text()

    (pattern,) = re.findall(r"git grep -nE '(.+)'", check["run"])
    assert f'entry: "{pattern}"' in hooks


def test_documentation_looks_for_the_same_markers(render: Render) -> None:
    check = workflows.step(render(Cell()), "ci.yml", CHECK)
    pages = (render(Cell()) / "docs/updating.md", ROOT / "docs/updating.md", ROOT / "copier.yml")

    (command,) = re.findall(r"git grep -nE '.+'", check["run"])
    assert [file.name for file in pages if f"{command}\n" not in uncommented(file)] == []


def uncommented(file: Path) -> str:
    """Return a text without the comments after commands."""
    return re.sub(r" +# .*", "", file.read_text())


def look_for_markers(released: Released, folder: Path, text: str) -> Finished:
    project = Path(copytree(released(fix.AFTER, Cell()), folder / "project"))
    (project / "app/notes.py").write_text(text)
    updating.committed(project)
    return workflows.play(workflows.step(project, "ci.yml", CHECK), cwd=project)
