"""A server that hangs, or a COMMIT that waits for a lost standby, holds nothing for ever."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from support import journeys, stage
from support.clusters import DATABASE, Cluster, cluster
from support.commands import module, run
from support.databases import DIALECTS
from support.matrix import Cell, cells
from support.servers import Server, launched
from support.waiting import wait_until

CELLS = cells(database="postgresql", transport="header", password_hash="argon2id")
CONNECTIONS = 3  # in each of the two pools
# Seconds, far longer than the application waits. A thread that never comes back needs longer.
LONG = 90
READY = ("GET", "/ready", None)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
# A method, a path and a body.
Request = tuple[str, str, dict[str, str] | None]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture(params=CELLS, ids=str)
def server(
    request: pytest.FixtureRequest,
    postgresql: Cluster,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> Iterator[Server]:
    """An application of each flavour with small pools."""
    cell: Cell = request.param
    dialect = DIALECTS[cell.concurrency, cell.database]
    env = {
        "DATABASE_URL": f"{dialect}://postgres@{postgresql.place}/{DATABASE}",
        "DATABASE_POOL_SIZE": str(CONNECTIONS),
        **stage.production(cell),
    }
    postgresql.run(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    postgresql.run(f"CREATE DATABASE {DATABASE}")
    run(*module("alembic", "upgrade", "head"), cwd=render(cell), env=env)
    with launched(render(cell), tmp_path / "log", env=env) as started:
        yield started


def test_commit_without_its_standby_is_an_outage(server: Server, postgresql: Cluster) -> None:
    with httpx2.Client(base_url=server.url, timeout=LONG) as client:
        journeys.register(client, "ann")
        tokens = journeys.read(journeys.log_in(client, "ann"), 200)
        refresh = ("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]})

        with postgresql.without_its_standby():
            statuses = at_once(server, registration("bob"), refresh, READY)
            assert statuses == [503] * CONNECTIONS
            wait_until(lambda: postgresql.read(WAITING) == 0, "no commit waits")
            # The rotation is stored, and its repetition is not the reuse of a stolen token.
            assert at_once(server, refresh) == [200]
            assert client.get("/auth/me", headers=journeys.bearer(tokens)).status_code == 200

        assert at_once(server, registration("cid"), READY) == [201, 200]


def test_server_that_hangs_is_an_outage(server: Server, postgresql: Cluster) -> None:
    with httpx2.Client(base_url=server.url, timeout=LONG) as client:
        journeys.register(client, "ann")
        tokens = journeys.read(journeys.log_in(client, "ann"), 200)

        with postgresql.hung():
            names = [f"newcomer-{number}" for number in range(3 * CONNECTIONS)]
            statuses = at_once(server, *map(registration, names), READY)
            assert set(statuses) == {503}
            look = client.get("/auth/me", headers=journeys.bearer(tokens))
            assert look.status_code == 503
            assert client.get("/health").status_code == 200

        look = client.get("/auth/me", headers=journeys.bearer(tokens))
        assert look.status_code == 200
        assert at_once(server, registration("bob"), READY) == [201, 200]


def registration(name: str) -> Request:
    account = {"email": f"{name}@example.com", "username": name, "password": journeys.PASSWORD}
    return "POST", "/auth/register", account


def at_once(server: Server, *requests: Request) -> list[int]:
    """Send the requests at the same time, and return the statuses."""

    async def send() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=server.url, timeout=LONG) as client:
            calls = (client.request(method, path, json=body) for method, path, body in requests)
            return await asyncio.gather(*calls)

    return [answer.status_code for answer in asyncio.run(send())]
