"""Behind PgBouncer in transaction mode, with fewer connections than clients, nothing fails."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from support import checks, databases
from support.load import Journal, Visitor
from support.matrix import Cell, cells
from support.pooler import SETTING, pooled, pooler
from support.stage import Stage, staged

CONNECTIONS = 3
VISITORS = 20
PEOPLE = 2  # per visitor
OPERATIONS = 600
CELLS = cells(database="postgresql", transport="both", password_hash="bcrypt")
Render = Callable[[Cell], Path]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_all_operations_are_acknowledged_at_once(
    cell: Cell,
    render: Render,
    tmp_path: Path,
) -> None:
    with (
        staged(render(cell), cell, tmp_path, people=VISITORS * PEOPLE) as stage,
        pooler(tmp_path, connections=CONNECTIONS) as address,
    ):
        env = {"DATABASE_URL": pooled(stage.database_url, address), "AUTH_BCRYPT_ROUNDS": "10"}
        with stage.launch(env) as server:
            journal = asyncio.run(load(server.url, stage))
            output = server.output()

    assert journal.unanswered == {}
    assert "ERROR" not in output


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_migrations_and_own_tests_run_behind_it(
    cell: Cell,
    render: Render,
    near_edits: tuple[str, ...],
    tmp_path: Path,
) -> None:
    with (
        databases.temporary(cell, tmp_path) as direct,
        pooler(tmp_path, connections=CONNECTIONS) as address,
    ):
        url = pooled(direct, address)
        checks.migrates(render(cell), url)
        checks.passes_its_tests(render(cell), {"TEST_DATABASE_URL": url}, *near_edits)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_missing_setting_is_named(cell: Cell, render: Render, tmp_path: Path) -> None:
    with (
        databases.temporary(cell, tmp_path) as direct,
        pooler(tmp_path, connections=CONNECTIONS) as address,
        pytest.raises(AssertionError, match=r"rejects session settings: add pgbouncer=true to DAT"),
    ):
        checks.migrates(render(cell), pooled(direct, address).removesuffix(SETTING))


async def load(url: str, stage: Stage) -> Journal:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        journal, enough = Journal(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for number in range(VISITORS):
                people = stage.people[number * PEOPLE : (number + 1) * PEOPLE]
                one = Visitor(client, journal, people, f"newcomer-{number}", number)
                group.create_task(one.visit(enough))
            await journal.grows(acknowledged=OPERATIONS)
            enough.set()
    return journal
