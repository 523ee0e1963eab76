"""Covering arrays: small sets of cells that contain every pair of answers.

`python -m support.covering` in `tests` prints the smallest list that its search finds.
"""

import random
from collections.abc import Collection, Iterable
from itertools import combinations

from support.matrix import CELLS, FEATURES, Cell, plain

ATTEMPTS = 500
Answers = tuple[tuple[str, str], ...]


def choices(cell: Cell) -> dict[str, str]:
    """Return the answers of a cell. Each feature is a question, answered with on or off."""
    switches = {name: "on" if name in cell.features else "off" for name in FEATURES}
    plain = {name: answer for name, answer in cell.answers.items() if isinstance(answer, str)}
    return plain | switches


def combinations_in(cells: Iterable[Cell], size: int = 2) -> set[Answers]:
    """Return every combination of `size` answers that occurs in the cells."""
    return {answers for cell in cells for answers in combinations(choices(cell).items(), size)}


def uncovered(cells: Collection[Cell], size: int = 2) -> set[Answers]:
    return combinations_in(CELLS, size) - combinations_in(cells, size)


def search(first: Cell, chance: random.Random) -> list[Cell]:
    """Add the cell with the most uncovered pairs until none is left. Ties are broken at random."""
    found = [first]
    while left := uncovered(found):
        shuffled = chance.sample(CELLS, len(CELLS))
        found.append(max(shuffled, key=lambda cell: len(combinations_in([cell]) & left)))
    return found


def smallest() -> list[Cell]:
    # Most projects use the default answers, so their cell always runs whole.
    arrays = [search(Cell(), random.Random(seed)) for seed in range(ATTEMPTS)]
    fewest = min(arrays, key=len)
    return sorted(fewest, key=CELLS.index)


if __name__ == "__main__":
    print("\n".join(f"- {plain(cell)}" for cell in smallest()))
