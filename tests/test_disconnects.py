"""A thousand disconnects of clients leave no connection and no transaction open."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.disconnects import hang_up
from support.matrix import Cell, cells
from support.seeding import TESTS
from support.stage import staged
from support.waiting import wait_until

TIMES = 1000
# Users send their first refresh token repeatedly and stay signed in.
SETTINGS = {"AUTH_REFRESH_GRACE_SECONDS": "300", "PYTHONPATH": str(TESTS)}
# Idle transactions. MariaDB's sleeping sessions without a transaction do not count.
OPEN_TRANSACTIONS = {
    "postgresql": """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    """,
    "mysql": """
        SELECT count(*) FROM information_schema.innodb_trx
        JOIN information_schema.processlist ON trx_mysql_thread_id = processlist.id
        WHERE db = database()
    """,
}


@pytest.mark.parametrize(
    "cell", cells(concurrency="async", transport="both", password_hash="argon2id"), ids=str
)
def test_disconnects_leave_nothing_open(
    cell: Cell,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> None:
    with (
        staged(render(cell), cell, tmp_path, people=20) as stage,
        stage.launch(SETTINGS, application="support.observed:app") as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        left = asyncio.run(hang_up(server.url, stage.people[1:], TIMES))
        print(f"\nleft {dict(left)}")

        assert left.keys() == {"in the request", "before the answer", "in the answer"}
        nothing_in_use = {"writer": 0, "reader": 0}
        wait_until(
            lambda: client.get("/observed").json() == nothing_in_use,
            "all connections are back in their pools",
        )
        if cell.database in OPEN_TRANSACTIONS:
            assert stage.rows(OPEN_TRANSACTIONS[cell.database]) == [(0,)]
        person = stage.people[0]
        sent = {"refresh_token": person.refresh_token}
        tokens = journeys.read(client.post("/auth/refresh", json=sent), 200)
        journeys.read(client.get("/auth/me", headers=journeys.bearer(tokens)), 200)
        assert "Internal Server Error" not in server.output()
        assert "was never awaited" not in server.output()
