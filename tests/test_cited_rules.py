"""SECURITY.md of a render explains exactly the rules that the render cites as `SEC-nn`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.matrix import CELLS, Cell
from test_security_table import NUMBERS

# Several numbers in one citation: `SEC-1, 2, 5` and `SEC-61 to SEC-66`.
CITATION = re.compile(r"\bSEC-(\d+)((?:, \d+)*)(?: to SEC-(\d+))?")
ROW = re.compile(r"^\| SEC-(?P<number>\d+) \| (?P<rule>\S.*\.) \|$", re.MULTILINE)
PAGE = "SECURITY.md"


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_cited_rules_are_those_explained(cell: Cell, render: Callable[[Cell], Path]) -> None:
    project = render(cell)
    explained = [int(row["number"]) for row in ROW.finditer((project / PAGE).read_text())]

    assert explained == sorted(set(cited(project)))
    assert set(explained) <= set(NUMBERS)


def test_every_kind_of_citation_is_read() -> None:
    assert list(numbers("(SEC-24)")) == [24]
    assert list(numbers("SEC-1, 2, 5), SEC-17")) == [1, 2, 5, 17]
    assert list(numbers("SEC-61 to SEC-63, and SEC-48, SEC-52")) == [61, 62, 63, 48, 52]


def cited(project: Path) -> Iterator[int]:
    """Yield the numbers that any file except the page cites."""
    for file in project.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and file.name != PAGE:
            yield from numbers(file.read_text())


def numbers(text: str) -> Iterator[int]:
    for first, others, last in CITATION.findall(text):
        yield from range(int(first), int(last or first) + 1)
        yield from map(int, re.findall(r"\d+", others))
