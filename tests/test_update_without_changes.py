"""Without a new version, Copier changes nothing."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support import copies, fix, updating
from support.matrix import CELLS, Cell

SETTINGS = "AUTH_SECRET_KEY=kept\n"


@pytest.mark.parametrize("cell", [CELLS[0], CELLS[-1]], ids=str)
def test_recopy_of_a_render_changes_nothing(
    cell: Cell,
    released: Callable[[str, Cell], Path],
    tmp_path: Path,
) -> None:
    project = Path(copytree(released(fix.AFTER, cell), tmp_path / "project"))
    (project / ".env").write_text(SETTINGS)

    finished = copies.command("recopy", "--defaults", "--overwrite", cwd=project)

    assert finished.code == 0, finished.report()
    assert updating.changes(project) == []
    assert (project / ".env").read_text() == SETTINGS


@pytest.mark.parametrize(
    ("version", "options"),
    [(fix.AFTER, ()), (fix.BEFORE, (updating.SAME_VERSION,))],
    ids=["newest", "same version"],
)
def test_update_of_an_edited_project_changes_nothing(
    version: str,
    options: tuple[str, ...],
    edited: Callable[..., Path],
) -> None:
    project = edited(Cell(), version)

    finished = updating.update(project, *options)

    assert finished.code == 0, finished.report()
    assert updating.changes(project) == []
    assert f"has version {version} of the template" in finished.output
