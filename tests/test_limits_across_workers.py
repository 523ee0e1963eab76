"""Limits apply across worker processes, and guesses stay limited during a Redis outage."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.commands import attempt
from support.matrix import Cell, cells
from support.redis import redis_cluster, redis_server, sentinel, silent_server
from support.servers import Server, launched, serving
from support.workers import replace_all_workers

WORKERS = 2
LIMIT = 20
ATTEMPTS = 60
FREE_ATTEMPTS = 5  # the account throttle
FEW = 4  # at once, so that no worker is too busy to read in time what Redis answers
CELLS = cells(transport="header", password_hash="bcrypt")
SQLITE = [cell for cell in CELLS if cell.database == "sqlite"]
FAST_HASHING = {"AUTH_BCRYPT_ROUNDS": "10"}
WARNING = "The storage of rate limits is unavailable"
# Uses the storage in a process that goes on after the stop of the application.
VISIT = """\
import sys

import redis
from fastapi.testclient import TestClient

from app.asgi import app

guess = {"username_or_email": "nobody", "password": "a guess"}
with redis.Redis.from_url(sys.argv[1]) as client:
    before = len(client.client_list(_type="normal"))
    with TestClient(app, base_url="https://testserver") as browser:
        browser.post("/auth/login", json=guess)
        assert len(client.client_list(_type="normal")) > before
    # Redis may read the next command before it notices what was closed.
    assert any(len(client.client_list(_type="normal")) == before for _ in range(1000))
"""

Render = Callable[[Cell], Path]
NewDatabase = Callable[[Cell], str]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_attempts_at_an_account_are_counted_for_all_workers(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    env = {"DATABASE_URL": new_database(cell), **FAST_HASHING}
    with serving(render(cell), tmp_path / "log", env=env) as server:
        register(server)
    with launched(render(cell), tmp_path / "log2", env=env, workers=WORKERS) as server:
        together = guesses(server, ["victim", "victim@example.com"] * (ATTEMPTS // 2))
        replace_all_workers(server)
        afterwards = guesses(server, ["victim"] * 4)

    assert together == {401: FREE_ATTEMPTS, 429: ATTEMPTS - FREE_ATTEMPTS}
    assert afterwards == {429: 4}  # counts survive a restart (SEC-25)


@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_requests_of_an_address_are_counted_for_all_workers(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    with redis_server(tmp_path) as redis:
        env = limited(new_database(cell), redis.url)
        with serving(render(cell), tmp_path / "log", env=env, workers=WORKERS) as server:
            answers = guesses(server, names(ATTEMPTS), FEW)

    assert answers == {401: LIMIT, 429: ATTEMPTS - LIMIT}


@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_stopped_redis_changes_no_response(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    with redis_server(tmp_path) as redis:
        env = limited(new_database(cell), redis.url)
        with serving(render(cell), tmp_path / "log", env=env) as server:
            before = guesses(server, names(LIMIT // 2), FEW)
            redis.stop()
            after = guesses(server, names(ATTEMPTS))
            output = server.output()

    assert before == {401: LIMIT // 2}
    assert after == {401: LIMIT - LIMIT // 2, 429: ATTEMPTS - (LIMIT - LIMIT // 2)}
    assert output.count(WARNING) == 1


@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_sentinel_names_the_redis_until_both_stop(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    with redis_server(tmp_path) as redis, sentinel(tmp_path, redis) as url:
        env = limited(new_database(cell), url)
        with serving(render(cell), tmp_path / "log", env=env) as server:
            before = guesses(server, names(LIMIT // 2), FEW)
            counted = redis.count_keys()
            redis.stop()
            after = guesses(server, names(ATTEMPTS))
            output = server.output()

    assert before == {401: LIMIT // 2}
    assert counted > 0
    assert after == {401: LIMIT - LIMIT // 2, 429: ATTEMPTS - (LIMIT - LIMIT // 2)}
    assert WARNING in output


@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_stopped_cluster_changes_no_response(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    with redis_cluster(tmp_path) as redis:
        env = limited(new_database(cell), redis.cluster_url)
        with serving(render(cell), tmp_path / "log", env=env) as server:
            before = guesses(server, names(LIMIT // 2), FEW)
            counted = redis.count_keys()
            redis.stop()
            after = guesses(server, names(ATTEMPTS))
            output = server.output()

    assert before == {401: LIMIT // 2}
    assert counted > 0
    assert after == {401: LIMIT - LIMIT // 2, 429: ATTEMPTS - (LIMIT - LIMIT // 2)}
    assert WARNING in output


@pytest.mark.parametrize("form", ["server", "cluster", "sentinel"])
@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_stop_closes_all_connections(
    cell: Cell,
    form: str,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    start = redis_cluster if form == "cluster" else redis_server
    with start(tmp_path) as redis, ExitStack() as others:
        url = {"server": redis.url, "cluster": redis.cluster_url}.get(form)
        env = limited(new_database(cell), url or others.enter_context(sentinel(tmp_path, redis)))
        command = (sys.executable, "-W", "always::ResourceWarning", "-c", VISIT, redis.url)
        finished = attempt(*command, cwd=render(cell), env=env)

    assert finished.code == 0, finished.report()
    assert "ResourceWarning: " not in finished.report()


@pytest.mark.parametrize("cell", SQLITE, ids=str)
def test_redis_that_never_answers_changes_no_response(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    with silent_server() as url:
        env = limited(new_database(cell), url)
        with serving(render(cell), tmp_path / "log", env=env) as server:
            answers = guesses(server, names(ATTEMPTS))
            output = server.output()

    assert answers == {401: LIMIT, 429: ATTEMPTS - LIMIT}
    assert output.count(WARNING) == 1


def limited(database_url: str, storage: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "AUTH_LIMIT_LOGIN": f"{LIMIT}/hour",
        "AUTH_LIMIT_STORAGE": storage,
        **FAST_HASHING,
    }


def register(server: Server) -> None:
    with httpx2.Client(base_url=server.url) as client:
        journeys.register(client, "victim")


def names(count: int) -> list[str]:
    """Return distinct names, so that each guess is at another account."""
    return [f"person-{number}" for number in range(count)]


def guesses(server: Server, usernames: list[str], at_once: int = ATTEMPTS) -> Counter[int]:
    """Guess a password for each name concurrently, and count the responses by status."""
    limits = httpx2.Limits(max_connections=at_once, max_keepalive_connections=0)

    async def guess() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=server.url, timeout=60, limits=limits) as client:
            bodies = ({"username_or_email": name, "password": "a guess"} for name in usernames)
            return await asyncio.gather(*(client.post("/auth/login", json=b) for b in bodies))

    return Counter(answer.status_code for answer in asyncio.run(guess()))
