"""Under a mixed load, killed workers and a database outage lose no acknowledged operation."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.load import Journal, Visitor
from support.matrix import Cell, cells
from support.proxy import Proxy, proxied, through
from support.servers import Server, starts, wait_for_starts
from support.stage import Stage, staged
from support.workers import get_workers

WORKERS = 2
VISITORS = 10
PEOPLE = 4  # per visitor
KILLS = 3
OPERATIONS = 100  # minimum of acknowledged operations between two faults
SESSIONS_CHECKED = 8  # per visitor
# Failed attempts before the database is back, about a second of them.
TURNED_AWAY = 150
# Operations are retried after a failure, however slow the machine is.
SETTINGS = {"AUTH_REFRESH_GRACE_SECONDS": "300"}
CELLS = [
    cell for cell in cells(transport="both", password_hash="argon2id") if cell.database != "sqlite"
]


@dataclass(frozen=True)
class Scene:
    stage: Stage
    server: Server
    proxy: Proxy


@pytest.fixture(params=CELLS, ids=str)
def scene(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> Iterator[Scene]:
    cell: Cell = request.param
    with (
        staged(render(cell), cell, tmp_path, people=VISITORS * PEOPLE) as stage,
        proxied(stage.database_url) as proxy,
    ):
        proxy.up()
        env = {"DATABASE_URL": through(proxy, stage.database_url), **SETTINGS}
        with stage.launch(env, workers=WORKERS) as server:
            yield Scene(stage, server, proxy)


def test_nothing_acknowledged_is_lost(scene: Scene) -> None:
    asyncio.run(load_and_check(scene))

    assert "Internal Server Error" not in scene.server.output()


async def load_and_check(scene: Scene) -> None:
    async with httpx2.AsyncClient(base_url=scene.server.url, timeout=30) as client:
        journal, enough = Journal(), asyncio.Event()
        visitors = [visitor(client, journal, scene.stage, number) for number in range(VISITORS)]
        async with asyncio.TaskGroup() as group:
            for one in visitors:
                group.create_task(one.visit(enough))
            await cause_faults(scene, journal)
            enough.set()
        print(f"\n{dict(journal.answers)} unanswered: {dict(journal.unanswered)}")

        check_accounts(scene.stage, journal)
        check_sessions(scene.stage, journal)
        for one in visitors:
            newest = list(one.tokens.values())[:SESSIONS_CHECKED]
            await asyncio.gather(*(check_tokens(client, tokens) for tokens in newest))


def visitor(client: httpx2.AsyncClient, journal: Journal, stage: Stage, number: int) -> Visitor:
    people = stage.people[number * PEOPLE : (number + 1) * PEOPLE]
    return Visitor(client, journal, people, f"newcomer-{number // 2}", number)


async def cause_faults(scene: Scene, journal: Journal) -> None:
    """Kill workers repeatedly, and take the database down once."""
    for kill in range(KILLS):
        await journal.grows(acknowledged=OPERATIONS)
        await asyncio.to_thread(kill_worker, scene.server, kill % WORKERS)
        if kill == KILLS // 2:
            await asyncio.to_thread(scene.proxy.down)
            await journal.grows(unanswered=TURNED_AWAY)
            await asyncio.to_thread(scene.proxy.up)
    await journal.grows(acknowledged=OPERATIONS)


def kill_worker(server: Server, index: int) -> None:
    started = starts(server)
    os.kill(get_workers(server)[index], signal.SIGKILL)
    wait_for_starts(server, started + 1)


def check_accounts(stage: Stage, journal: Journal) -> None:
    """Each acknowledged account exists, and each identity exists once."""
    keys = [key for (key,) in stage.rows("SELECT username_key FROM users")]
    assert len(journal.registered) == len(set(journal.registered))
    assert set(journal.registered) <= set(keys)
    assert len(keys) == len({key.casefold() for key in keys})


def check_sessions(stage: Stage, journal: Journal) -> None:
    """Each acknowledged login has its session, and no session was ended for reuse."""
    ended = stage.rows("SELECT count(*) FROM auth_session WHERE revoked_at IS NOT NULL")
    assert ended == [(0,)]
    (sessions,) = stage.rows("SELECT count(DISTINCT id) FROM auth_session")[0]
    assert sessions >= len(stage.people) + len(journal.logins)


async def check_tokens(client: httpx2.AsyncClient, newest: dict[str, str]) -> None:
    """Only the newest tokens are valid. Reuse after two rotations ends their session."""
    look = await client.get("/auth/me", headers=journeys.bearer(newest))
    journeys.read(look, 200)
    successor = journeys.read(await refresh(client, newest), 200)
    assert (
        journeys.read(await refresh(client, newest), 200)["refresh_token"]
        == (successor["refresh_token"])
    )
    journeys.read(await refresh(client, successor), 200)
    journeys.refuse(await refresh(client, newest), "session_ended")


async def refresh(client: httpx2.AsyncClient, tokens: dict[str, str]) -> httpx2.Response:
    sent = {"refresh_token": tokens["refresh_token"]}
    return await client.post("/auth/refresh", json=sent)
