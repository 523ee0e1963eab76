"""A second strict type checker also finds no error in renders."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.commands import module, run
from support.matrix import FEATURES, Cell

CONFIGURATION = {
    "include": ["app"],
    "pythonVersion": "3.11",
    "typeCheckingMode": "strict",
}


@pytest.mark.parametrize(
    "cell",
    [Cell(flavour, features=chosen) for flavour in ("async", "sync") for chosen in ((), FEATURES)],
    ids=str,
)
def test_pyright_finds_no_error(cell: Cell, editable: Callable[[Cell], Path]) -> None:
    project = editable(cell)
    (project / "pyrightconfig.json").write_text(json.dumps(CONFIGURATION))

    run(*module("pyright", "--warnings", "--pythonpath", sys.executable), cwd=project)
