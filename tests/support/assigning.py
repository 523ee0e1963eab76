"""Assign features to cells, so that every triple of answers occurs with each feature on and off.

`python -m support.assigning` in `tests` prints an assignment that its search finds.
"""

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, combinations

from support.covering import Answers, combinations_in
from support.matrix import CELLS, FEATURES, Cell, plain

SETS = [*chain.from_iterable(combinations(FEATURES, size) for size in range(len(FEATURES) + 1))]


def with_any_features(cell: Cell) -> list[Cell]:
    return [replace(cell, features=features) for features in SETS]


def triples(cells: Iterable[Cell]) -> set[Answers]:
    return combinations_in(cells, size=3)


def every_triple() -> set[Answers]:
    return triples(each for cell in CELLS for each in with_any_features(cell))


def search(chance: random.Random) -> list[Cell]:
    """Give each cell the features with the most missing triples. Break ties at random.

    Most projects use the default answers, so their cell has no features.
    """
    found = [Cell()]
    others = [cell for cell in CELLS if cell != Cell()]
    for cell in chance.sample(others, len(others)):
        missing = every_triple() - triples(found)
        shuffled = chance.sample(with_any_features(cell), len(SETS))
        found.append(max(shuffled, key=lambda each: len(triples([each]) & missing)))
    return sorted(found, key=lambda cell: [plain(each) for each in CELLS].index(plain(cell)))


if __name__ == "__main__":
    assignment = search(random.Random())
    while every_triple() != triples(assignment):
        assignment = search(random.Random())
    for each in assignment:
        print(f"{plain(each)}: [{', '.join(each.features)}]")
