"""Every query of a render uses an index, even in long tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import explaining
from support.matrix import DATABASES, Cell
from support.stage import production

ROWS = 20_000
QUERIES = {
    *("user by id", "user by e-mail", "user by name", "upgrade of a hash"),
    *("session check", "session by id", "session of an active user", "rotation", "logout"),
    *("list of sessions", "end of all sessions", "end of the others", "purge"),
    *("count of an attempt", "undoing of an attempt", "end of all waits", "purge of attempts"),
}


# Both flavours have the same statements, except that async ones read several sessions at once.
@pytest.mark.parametrize("cell", [Cell("sync", database) for database in DATABASES], ids=str)
def test_no_query_reads_a_whole_table(
    cell: Cell,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
) -> None:
    env = {"DATABASE_URL": new_database(cell), **production(cell)}
    plans = explaining.plans(render(cell), ROWS, env=env)

    assert plans.keys() == QUERIES
    without_index = {
        query: steps
        for query, steps in plans.items()
        if not SEARCHES[cell.database](steps) or any(map(SCANS[cell.database], steps))
    }
    assert without_index == {}


# Words in plan steps that use an index, and in those that read a whole table or index.
SEARCHES: dict[str, Callable[[list[str]], bool]] = {
    "sqlite": lambda steps: any("SEARCH" in step for step in steps),
    "postgresql": lambda steps: any("Index" in step and " Cond: " in step for step in steps),
    "mysql": lambda steps: all("key=None" not in step for step in steps),
}
SCANS: dict[str, Callable[[str], bool]] = {
    "sqlite": lambda step: "SCAN" in step,
    "postgresql": lambda step: "Seq Scan" in step,
    "mysql": lambda step: "type=ALL" in step or "type=index," in step,
}
