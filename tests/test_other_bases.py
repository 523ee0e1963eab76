"""The documents name the bases that the mixins do not work with. Here is what they do there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.commands import attempt, module
from support.editing import edit
from support.matrix import Cell

IMPORT = "from sqlalchemy.orm import DeclarativeBase, Mapped"
BASE = "class Base(DeclarativeBase):"


@pytest.mark.parametrize("cell", [Cell(), Cell("sync", "postgresql", "cookie")], ids=str)
def test_base_of_dataclasses_stops_the_import(
    cell: Cell,
    editable: Callable[[Cell], Path],
) -> None:
    project = editable(cell)
    models = project / "app/models.py"
    edit(models, IMPORT, IMPORT.replace("Mapped", "Mapped, MappedAsDataclass"))
    edit(models, BASE, "class Base(MappedAsDataclass, DeclarativeBase):")

    finished = attempt(*module("app.models"), cwd=project)

    assert finished.code == 1
    assert "UserMixin" in finished.output.splitlines()[-1]
    assert "neither with `MappedAsDataclass`" in (project / "docs/extending.md").read_text()
