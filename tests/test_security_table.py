"""docs/security.md is complete, and all code and tests that it names exist."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from support.matrix import FEATURES, Cell
from support.templates import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
NUMBERS = range(1, 129)
# Every ASVS 5.0 level 1 item that applies to a render.
LEVEL_1 = {
    *("1.2.4", "2.2.1", "2.2.2", "3.3.1", "3.4.1", "3.4.2", "3.5.1", "3.5.2", "3.5.3", "4.1.1"),
    *("6.1.1", "6.2.1", "6.2.2", "6.2.3", "6.2.4", "6.2.5", "6.2.8", "6.3.1", "6.3.2"),
    *("7.2.1", "7.2.2", "7.2.3", "7.2.4", "7.4.1", "7.4.2", "8.2.1", "8.3.1"),
    *("9.1.1", "9.1.2", "9.1.3", "9.2.1", "10.4.5", "14.2.1", "14.3.1", "15.3.1"),
}
# Requirements about cookies, which do not apply to renders without cookies.
OF_COOKIES = range(61, 75)
CODE = re.compile(r"`([^`]+)`")
GUESSES = re.compile(r"at most (\d+) guesses at an account in (\d+) hours, ([\d.]+) an hour")
OUTSIDE = "outside"
CELLS = [Cell(transport=transport, features=FEATURES) for transport in ("both", "header", "cookie")]


@dataclass(frozen=True)
class Row:
    """A requirement. `project` has tests of a render, and `here` tests of this repository."""

    number: int
    code: tuple[str, ...]
    project: tuple[str, ...]
    here: tuple[str, ...]
    reason: str = ""

    def __str__(self) -> str:
        return str(self.number)


def section(title: str) -> str:
    (found,) = re.findall(
        rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    return str(found)


def cells_of(text: str) -> Iterator[list[str]]:
    """Yield the cells of every table row in a text, except headings and rulers."""
    table = [line for line in text.splitlines() if line.startswith("|")]
    for line, below in zip(table, [*table[1:], ""], strict=True):
        if "|---" not in line and "|---" not in below:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def row_of(cells: list[str]) -> Row:
    number, _, _, code, proof = cells
    if code == OUTSIDE:
        return Row(int(number), (), (), (), reason=proof)
    project, _, here = proof.partition("here ")
    return Row(int(number), code_in(code), code_in(project), code_in(here))


def code_in(text: str) -> tuple[str, ...]:
    return tuple(CODE.findall(text))


def numbers_in(text: str) -> set[int]:
    """Return the requirement numbers in a cell, without links and code."""
    plain = CODE.sub("", re.sub(r"\[.*?\]\(.*?\)", "", text))
    return {int(number) for number in re.findall(r"\b\d+\b", plain)}


ROWS = [row_of(cells) for cells in cells_of(section("The requirements"))]
MET = [row for row in ROWS if not row.reason]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def names_in(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that a module or class defines."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), node
        elif isinstance(node, ast.Assign):
            yield from ((ast.unparse(target), node) for target in node.targets)


def constants_of(file: Path) -> dict[str, int]:
    """Return the whole numbers to which a module gives a name."""
    return {
        name: node.value.value
        for name, node in names_in(tree(file).body)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
    }


def exists(project: Path, place: str) -> bool:
    """Return whether `path`, `path:name` or `path:Class.name` is in a render."""
    path, _, symbol = place.partition(":")
    file = project / path
    if not file.is_file() or not symbol:
        return file.is_file()
    body = tree(file).body
    for name in symbol.split("."):
        found = dict(names_in(body)).get(name)
        if found is None:
            return False
        body = getattr(found, "body", [])
    return True


def is_test(folder: Path, test: str) -> bool:
    """Return whether `path::test_name` exists. The name may include a parameter ID."""
    path, _, name = test.partition("::")
    file = folder / path
    name = name.partition("[")[0]
    return name.startswith("test_") and file.is_file() and name in dict(names_in(tree(file).body))


def test_every_requirement_has_one_row() -> None:
    assert [row.number for row in ROWS] == list(NUMBERS)


@pytest.mark.parametrize("row", MET, ids=str)
def test_requirement_names_code_and_tests_that_exist(
    row: Row,
    render: Callable[[Cell], Path],
) -> None:
    project = render(CELLS[0])

    assert row.code
    assert row.project or row.here
    assert [place for place in row.code if not exists(project, place)] == []
    assert [test for test in row.project if not is_test(project, test)] == []
    assert [test for test in row.here if not is_test(ROOT, test)] == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_requirement_is_proved_in_every_transport(
    cell: Cell,
    render: Callable[[Cell], Path],
) -> None:
    project = render(cell)
    applicable = [row for row in MET if cell.uses_cookies or row.number not in OF_COOKIES]
    choices = {73, 74} if cell.transport != "both" else set()

    unproved = [
        row.number
        for row in applicable
        if row.number not in choices
        and not row.here
        and not any(is_test(project, test) for test in row.project)
    ]

    assert unproved == []


def test_number_of_guesses_is_the_one_that_is_tested(render: Callable[[Cell], Path]) -> None:
    guessing = constants_of(render(Cell()) / "tests" / "auth" / "test_guessing.py")
    guesses, hours = guessing["MOST_GUESSES"], guessing["HOURS"]

    assert GUESSES.findall(PAGE) == [(str(guesses), str(hours), f"{guesses / hours:.1f}")]


def test_requirement_outside_has_a_reason() -> None:
    assert [row.number for row in ROWS if row.reason and len(row.reason.split()) < 4] == []


def test_level_1_is_met() -> None:
    rows = list(cells_of(section("ASVS 5.0, level 1")))
    answers = {item: cells[-1] for cells in rows for item in cells[0].split(", ")}
    met = {row.number for row in MET}

    unanswered = {item for item, answer in answers.items() if not numbers_in(answer) <= met}

    assert answers.keys() == LEVEL_1
    assert unanswered == set()


@pytest.mark.parametrize("title", ["ASVS 5.0, level 1", "What went wrong elsewhere"])
def test_other_tables_point_to_requirements_or_tests(
    title: str,
    render: Callable[[Cell], Path],
) -> None:
    met = {row.number for row in MET}

    for *_, answer in cells_of(section(title)):
        numbers, tests = numbers_in(answer), code_in(answer)
        places = (render(Cell()), ROOT)
        assert numbers or tests, answer
        assert numbers <= met, answer
        assert all(any(is_test(place, test) for place in places) for test in tests), answer


def test_every_number_that_is_cited_is_known() -> None:
    cited = {
        int(number)
        for folder in ("template", "tests", "docs", "benchmarks")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".md", ".yml", ".jinja"}
        for number in re.findall(r"SEC-(\d+)", file.read_text())
    }

    assert len(cited) > 60
    assert cited <= set(NUMBERS)
