"""A project can be a folder of a larger repository, or lie in a uv workspace."""

from collections.abc import Callable
from pathlib import Path
from shutil import move, rmtree

import pytest

from support import fix, team, updating
from support.commands import run
from support.matrix import Cell

NEIGHBOUR = "shop/README.md"
WORKSPACE = """[project]
name = "company"
version = "1"
requires-python = ">=3.11"

[tool.uv.workspace]
{line}
"""


def test_update_of_a_subfolder_leaves_the_rest_alone(
    edited: Callable[..., Path],
    tmp_path: Path,
) -> None:
    repository = tmp_path / "company"
    project = repository / "services" / "accounts"
    project.parent.mkdir(parents=True)
    move(edited(Cell()), project)
    rmtree(project / ".git")
    (repository / "shop").mkdir()
    (repository / NEIGHBOUR).write_text("A shop.\n")
    run("git", "init", "--quiet", cwd=repository)
    updating.committed(repository)

    finished = updating.update(project)

    assert finished.code == 0, finished.report()
    assert team.missing(project) == []
    assert fix.missing(project) == []
    changed = [line[3:] for line in updating.changes(repository)]
    assert changed
    assert all(path.startswith("services/accounts/") for path in changed), changed
    assert (repository / NEIGHBOUR).read_text() == "A shop.\n"


@pytest.mark.parametrize(
    ("line", "environment"),
    [
        ('members = ["accounts"]', ".venv"),
        ('members = ["*"]\nexclude = ["accounts"]', "accounts/.venv"),
    ],
    ids=["member", "excluded"],
)
def test_excluded_project_of_a_workspace_has_its_own_environment(
    line: str,
    environment: str,
    editable: Callable[[Cell], Path],
    tmp_path: Path,
) -> None:
    workspace = tmp_path / "company"
    project = workspace / "accounts"
    workspace.mkdir()
    move(editable(Cell()), project)
    (workspace / "pyproject.toml").write_text(WORKSPACE.format(line=line))

    python = ("python", "-c", "import sys; print(sys.prefix)")
    prefix = run("uv", "run", "--no-sync", "--offline", *python, cwd=project).splitlines()[-1]

    assert Path(prefix) == workspace / environment
