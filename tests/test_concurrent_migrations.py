"""Instances that start at once may all migrate: one does, and the others wait for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import databases
from support.commands import attempt, module
from support.matrix import Cell, cells
from support.pooler import pooled, pooler

INSTANCES = 3
CELLS = cells(transport="header", password_hash="bcrypt")
Render = Callable[[Cell], Path]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_all_upgrades_succeed(
    cell: Cell,
    render: Render,
    new_database: Callable[[Cell], str],
) -> None:
    upgrades(render(cell), new_database(cell))


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.database == "postgresql"], ids=str)
def test_all_upgrades_behind_a_pooler_succeed(cell: Cell, render: Render, tmp_path: Path) -> None:
    with databases.temporary(cell, tmp_path) as direct, pooler(tmp_path, connections=3) as address:
        upgrades(render(cell), pooled(direct, address))


def upgrades(project: Path, database_url: str) -> None:
    def upgrade(_: int) -> str:
        command = module("alembic", "upgrade", "head")
        finished = attempt(*command, cwd=project, env={"DATABASE_URL": database_url})
        return "" if finished.code == 0 else finished.report()

    with ThreadPoolExecutor(INSTANCES) as pool:
        failures = [report for report in pool.map(upgrade, range(INSTANCES)) if report]

    assert failures == []
