"""With several hosts in the URL, an application leaves one that takes no changes or is silent."""

import socket
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

CELLS = cells(database="postgresql", transport="both", password_hash="argon2id")
Render = Callable[[Cell], Path]


@pytest.fixture(scope="module")
def clusters() -> Iterator[tuple[Cluster, Cluster]]:
    """Two servers, each with its own data."""
    with cluster() as first, cluster() as second:
        yield first, second


@pytest.fixture(params=CELLS, ids=str)
def cell(
    request: pytest.FixtureRequest,
    clusters: tuple[Cluster, Cluster],
    render: Render,
) -> Cell:
    """A cell whose tables are empty on both servers, which take changes."""
    for one in clusters:
        one.set_read_only(read_only=False)
        one.run(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        one.run(f"CREATE DATABASE {DATABASE}")
        env = {"DATABASE_URL": url_of(request.param, one.place)}
        run(*module("alembic", "upgrade", "head"), cwd=render(request.param), env=env)
    cell: Cell = request.param
    return cell


def test_server_that_became_read_only_is_left(
    cell: Cell,
    clusters: tuple[Cluster, Cluster],
    render: Render,
    tmp_path: Path,
) -> None:
    first, second = clusters
    env = production(cell, first.place, second.place)
    with launched(render(cell), tmp_path / "log", env=env) as server:
        assert register(server, "ann") == 201
        with httpx2.Client(base_url=server.url) as client:
            tokens = journeys.read(journeys.log_in(client, "ann"), 200)
            look = client.get("/auth/me", headers=journeys.bearer(tokens))
            assert look.status_code == 200

            first.set_read_only(read_only=True)
            recovers(server)

            # Nor is the old server read any longer: the new one does not know the session.
            look = client.get("/auth/me", headers=journeys.bearer(tokens))
            assert look.status_code == 401
    assert second.read("SELECT max(username) LIKE 'bob-%' FROM users")


def test_no_server_that_takes_changes_is_an_outage(
    cell: Cell,
    clusters: tuple[Cluster, Cluster],
    render: Render,
    tmp_path: Path,
) -> None:
    env = production(cell, *(one.place for one in clusters))
    for one in clusters:
        one.set_read_only(read_only=True)
    with launched(render(cell), tmp_path / "log", env=env) as server:
        assert register(server, "ann") == 503
        assert httpx2.get(f"{server.url}/ready").status_code == 503

        clusters[1].set_read_only(read_only=False)
        recovers(server)
        assert httpx2.get(f"{server.url}/ready").status_code == 200


def test_silent_server_is_passed_over(
    cell: Cell,
    clusters: tuple[Cluster, Cluster],
    render: Render,
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        env = production(cell, place, clusters[1].place)
        with launched(render(cell), tmp_path / "log", env=env) as server:
            recovers(server)


def production(cell: Cell, *places: str) -> dict[str, str]:
    return {"DATABASE_URL": url_of(cell, *places), **stage.production(cell)}


def url_of(cell: Cell, *places: str) -> str:
    hosts = "&".join(f"host={place}" for place in places)
    dialect = DIALECTS[cell.concurrency, cell.database]
    return f"{dialect}://postgres@/{DATABASE}?{hosts}&target_session_attrs=read-write"


def register(server: Server, name: str) -> int:
    account = {"email": f"{name}@example.com", "username": name, "password": journeys.PASSWORD}
    return httpx2.post(f"{server.url}/auth/register", json=account, timeout=30).status_code


def recovers(server: Server) -> None:
    """Registering succeeds after any number of 503s, and no other status."""
    statuses: list[int] = []

    def succeeds() -> bool:
        # Another name each time: a commit may be stored although its answer is a 503.
        statuses.append(register(server, f"bob-{len(statuses)}"))
        return statuses[-1] == 201

    wait_until(succeeds, "an account is registered")
    assert set(statuses) <= {201, 503}
