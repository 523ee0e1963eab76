"""The depth of a run: by default, only the cells of the covering array run whole."""

from collections.abc import Iterator

import pytest

from support.matrix import CELLS, COVERING_CELLS, Cell

OPTION = "--every-cell"
MARK = "whole"
DEEP = "deep"


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION,
        action="store_true",
        help="run what takes long in every cell, in place of the cells of covering.yml",
    )


def deselect(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked `deep`, and tests marked `whole` of cells outside the covering array.

    A test that is selected by its own ID always runs.
    """
    if is_full(config):
        return
    named = {argument.partition("::")[2] for argument in config.args if "[" in argument}
    left_out = [item for item in items if is_deeper(item) and item.name not in named]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def is_full(config: pytest.Config) -> bool:
    return bool(config.getoption(OPTION))


def summary(config: pytest.Config) -> str:
    """List the cells that did not run whole."""
    chosen = CELLS if is_full(config) else COVERING_CELLS
    rest = [f"\n  {cell}" for cell in CELLS if cell not in chosen]
    only = f"; {OPTION} also runs these whole:" if rest else ""
    return f"whole: {len(chosen)} of {len(CELLS)} cells{only}{''.join(rest)}"


def is_deeper(item: pytest.Item) -> bool:
    if item.get_closest_marker(DEEP):
        return True
    return item.get_closest_marker(MARK) is not None and not all(
        cell in COVERING_CELLS for cell in cells_of(item)
    )


def cells_of(item: pytest.Item) -> Iterator[Cell]:
    callspec = getattr(item, "callspec", None)
    yield from (
        value for value in getattr(callspec, "params", {}).values() if isinstance(value, Cell)
    )
