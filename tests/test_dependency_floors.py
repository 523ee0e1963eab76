"""No render may be locked to a version of a dependency that has a known fault (SEC-88)."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from support.matrix import CELLS, Cell

# The first version without the faults that docs/security.md names, or with what we rely on.
FIXED = {
    "fastapi": "0.109.1",
    "h11": "0.16",
    "idna": "3.7",
    "pydantic": "2.4",
    "pyjwt": "2.15",
    "pymysql": "1.1.1",
    "python-multipart": "0.0.18",
    "redis": "5",
    "starlette": "1.6",
}
EVERYWHERE = FIXED.keys() - {"pymysql", "python-multipart"}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_no_dependency_may_be_older_than_a_fix(cell: Cell, render: Callable[[Cell], Path]) -> None:
    project = tomllib.loads((render(cell) / "pyproject.toml").read_text())

    floors = {
        requirement.name: floor(requirement)
        for requirement in requirements(project)
        if requirement.name in FIXED
    }

    assert floors.keys() >= EVERYWHERE
    assert {name for name, version in floors.items() if version < Version(FIXED[name])} == set()


def requirements(project: dict[str, Any]) -> list[Requirement]:
    groups = project["dependency-groups"].values()
    lines = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    return [
        Requirement(line) for line in (*lines, *project["tool"]["uv"]["constraint-dependencies"])
    ]


def floor(requirement: Requirement) -> Version:
    """Return the oldest version that is allowed; there must be one."""
    (oldest,) = (each.version for each in requirement.specifier if each.operator == ">=")
    return Version(oldest)
