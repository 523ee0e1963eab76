"""The cells contain every triple of answers, and those that run whole every pair and every line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.assigning import every_triple, triples
from support.covering import uncovered
from support.leftovers import lines
from support.matrix import CELLS, COVERING_CELLS, Cell


def test_every_triple_of_answers_meets_with_and_without_each_feature() -> None:
    assert every_triple() - triples(CELLS) == set()


def test_most_projects_have_no_feature() -> None:
    assert (CELLS[0], COVERING_CELLS[0]) == (Cell(), Cell())


def test_every_pair_of_answers_meets() -> None:
    assert uncovered(COVERING_CELLS) == set()


@pytest.mark.parametrize("cell", COVERING_CELLS, ids=str)
def test_every_cell_is_needed(cell: Cell) -> None:
    others = [other for other in COVERING_CELLS if other != cell]

    assert uncovered(others) != set()


def test_every_line_of_any_cell_runs_in_one_of_them(render: Callable[[Cell], Path]) -> None:
    covered = {line for cell in COVERING_CELLS for line in lines_in(render(cell))}

    left_out = {
        f"{cell}: {file}: {line}"
        for cell in CELLS
        for file, line in lines_in(render(cell)) - covered
    }

    assert left_out == set()


def lines_in(project: Path) -> set[tuple[Path, str]]:
    """Return the lines of a render's files, except those that differ in any two renders."""
    return {
        (file, line)
        for file, _, line in lines(project)
        if file.name != ".copier-answers.yml" and not line.startswith("AUTH_SECRET_KEY=")
    }
