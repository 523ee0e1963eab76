"""No render accepts a dependency version with a known vulnerability (SEC-88)."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from support.matrix import CELLS, Cell

# The first version with the fixes that docs/security.md lists, or with required features.
FIXED = {
    "fastapi": "0.109.1",
    "h11": "0.16",
    "idna": "3.7",
    "pydantic": "2.4",
    "pyjwt": "2.15",
    "pymysql": "1.1.1",
    "python-multipart": "0.0.31",
    "redis": "5",
    "starlette": "1.6",
}
# Every bound that a render may have. Lower one only if the older version is tested.
BOUNDS = {
    "aiosqlite": ">=0.22.1",
    "alembic": ">=1.18",
    "anyio": ">=4.11",
    "asyncmy": ">=0.2.13",
    "asyncpg": ">=0.31",
    "cryptography": ">=46",
    "email-validator": ">=2.3",
    "fastapi": ">=0.165,<1",
    "fastapi-cli": ">=0.0.24",
    "fastapi-offline": ">=1.7.7",
    "h11": ">=0.16",
    "httpx2": ">=2",
    "idna": ">=3.7",
    "libpass": ">=1.9.4",
    "limits": ">=5.8",
    "mypy": ">=2.4",
    "opentelemetry-api": ">=1.44",
    "psycopg": ">=3.3.6",
    "pydantic": ">=2.12",
    "pydantic-settings": ">=2.12",
    "pyjwt": ">=2.15",
    "pymysql": ">=1.1.1",
    "pyotp": ">=2.9",
    "pytest": ">=9",
    "pytest-cov": ">=7",
    "pytest-xdist": ">=3.8",
    "python-multipart": ">=0.0.31",
    "redis": ">=8",
    "ruff": ">=0.17",
    "sqlalchemy": ">=2.1.9,<2.2",
    "starlette": ">=1.6",
    "typer": ">=0.27",
    "uvicorn": ">=0.50",
    "zxcvbn": ">=4.5",
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


def test_bounds_are_the_tested_ones(render: Callable[[Cell], Path]) -> None:
    found = {
        requirement.name: requirement.specifier
        for cell in CELLS
        for requirement in requirements(
            tomllib.loads((render(cell) / "pyproject.toml").read_text())
        )
    }

    assert found == {name: SpecifierSet(bounds) for name, bounds in BOUNDS.items()}


def requirements(project: dict[str, Any]) -> list[Requirement]:
    groups = project["dependency-groups"].values()
    lines = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    return [
        Requirement(line) for line in (*lines, *project["tool"]["uv"]["constraint-dependencies"])
    ]


def floor(requirement: Requirement) -> Version:
    """Return the minimum version, which must exist."""
    (oldest,) = (each.version for each in requirement.specifier if each.operator == ">=")
    return Version(oldest)
