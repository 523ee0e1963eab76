"""The table in a render's docs/updating.md names the owner of every file."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from support.matrix import Cell

TABLE = re.compile(r"^## Whose file is it\n\n(?P<table>(\|.*\n)+)", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")

pytestmark = pytest.mark.parametrize(
    "cell",
    [
        Cell(),
        Cell("sync", "postgresql", "header", "argon2id"),
        Cell("async", "mysql", "cookie"),
    ],
    ids=str,
)
Render = Callable[[Cell], Path]


def test_every_file_is_in_exactly_one_row(cell: Cell, render: Render) -> None:
    project = render(cell)
    rows = patterns(project)

    counts = {file: sum(covers(row, file) for row in rows) for file in files(project)}

    assert {file: count for file, count in counts.items() if count != 1} == {}


def test_every_row_names_files_that_exist(cell: Cell, render: Render) -> None:
    project = render(cell)

    stale = [
        pattern
        for row in patterns(project)
        for pattern in row
        if not any(covers([pattern], file) for file in files(project))
    ]

    assert stale == []


def patterns(project: Path) -> list[list[str]]:
    """Return the patterns in the first column of each row: files, folders with `/`, and globs."""
    found = TABLE.search((project / "docs/updating.md").read_text())
    assert found
    _, _, *rows = found["table"].splitlines()
    return [QUOTED.findall(row.split("|")[1]) for row in rows]


def covers(row: list[str], file: str) -> bool:
    return any(matches(pattern, file) for pattern in row)


def matches(pattern: str, file: str) -> bool:
    if pattern.endswith("/"):
        return file.startswith(pattern)
    return file.count("/") == pattern.count("/") and fnmatchcase(file, pattern)


def files(project: Path) -> list[str]:
    found = (file.relative_to(project) for file in project.rglob("*") if file.is_file())
    return sorted(str(file) for file in found if "__pycache__" not in file.parts)
