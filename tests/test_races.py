"""Of concurrent requests to two worker processes, one wins and the others are refused."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support import databases, journeys
from support.commands import module, run
from support.matrix import Cell, cells
from support.servers import serving

WORKERS = 2
REFRESHES = 50
REGISTRATIONS = 50
# The cheapest hash that the settings allow, as these races are in the database.
FAST_HASHING = {"AUTH_BCRYPT_ROUNDS": "10"}
CELLS = cells(transport="both", password_hash="bcrypt")

Serve = Callable[..., tuple[str, str]]

pytestmark = pytest.mark.parametrize("cell", CELLS, ids=str)


@pytest.fixture
def serve(
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> Iterator[Serve]:
    """Migrate a database, start the workers, and return the addresses of server and database."""
    with ExitStack() as stack:

        def start(cell: Cell, **settings: str) -> tuple[str, str]:
            project, database_url = render(cell), new_database(cell)
            env = {"DATABASE_URL": database_url, **FAST_HASHING, **settings}
            run(*module("alembic", "upgrade", "head"), cwd=project, env=env)
            running = serving(project, tmp_path / "server.log", env=env, workers=WORKERS)
            return stack.enter_context(running).url, database_url

        yield start


def test_concurrent_refreshes_step_once_and_share_the_successor(cell: Cell, serve: Serve) -> None:
    url, database_url = serve(cell)
    sent = {"refresh_token": sign_in(url)["refresh_token"]}

    answers = post_together(url, "/auth/refresh", [sent] * REFRESHES)

    assert Counter(answer.status_code for answer in answers) == {200: REFRESHES}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert databases.rows(database_url, "SELECT generation FROM auth_session") == [(2,)]


def test_replay_after_two_rotations_ends_the_session(cell: Cell, serve: Serve) -> None:
    url, _ = serve(cell, AUTH_REFRESH_GRACE_SECONDS="0")
    first = sign_in(url)
    second = refresh(url, first).json()
    third = refresh(url, second).json()

    replayed = refresh(url, first)

    journeys.refuse(replayed, "session_ended")
    journeys.refuse(refresh(url, third), "session_ended")
    answer = httpx2.get(f"{url}/auth/me", headers=journeys.bearer(third))
    journeys.refuse(answer, "session_ended")


def test_concurrent_registrations_create_one_account(cell: Cell, serve: Serve) -> None:
    url, database_url = serve(cell)
    accounts = [account(number) for number in range(REGISTRATIONS)]

    answers = post_together(url, "/auth/register", accounts)

    expected = {201: 1, 409: REGISTRATIONS - 1}
    assert Counter(answer.status_code for answer in answers) == expected
    assert databases.rows(database_url, "SELECT count(*) FROM users") == [(1,)]


def account(number: int) -> dict[str, str]:
    """Return the same identity, capitalised differently for each number."""
    name = "".join(
        letter.upper() if number >> place & 1 else letter for place, letter in enumerate("rivals")
    )
    return {"email": f"{name}@example.com", "username": name, "password": journeys.PASSWORD}


def sign_in(url: str) -> Any:
    with httpx2.Client(base_url=url) as client:
        journeys.register(client, "racer")
        return journeys.read(journeys.log_in(client, "racer"), 200)


def refresh(url: str, tokens: dict[str, str]) -> httpx2.Response:
    sent = {"refresh_token": tokens["refresh_token"]}
    return httpx2.post(f"{url}/auth/refresh", json=sent)


def post_together(url: str, path: str, bodies: list[dict[str, str]]) -> list[httpx2.Response]:
    """Send all requests at once, each over an open connection."""

    async def send() -> list[httpx2.Response]:
        limits = httpx2.Limits(max_keepalive_connections=len(bodies))
        async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
            await asyncio.gather(*(client.get("/health") for _ in bodies))
            return await asyncio.gather(*(client.post(path, json=body) for body in bodies))

    return asyncio.run(send())
