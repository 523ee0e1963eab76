"""Races for one session in two worker processes, without a grace for replays."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.matrix import Cell, cells
from support.seeding import Person
from support.servers import Server
from support.stage import Stage, staged
from support.workers import replace_all_workers

WORKERS = 2
REFRESHES = 50
LOGOUTS = 200
AT_ONCE = 20
LEADS = 5  # from zero to longer than a refresh
STRICT = {"AUTH_REFRESH_GRACE_SECONDS": "0"}
CELLS = cells(transport="both", password_hash="argon2id")
REUSES = "SELECT count(*) FROM auth_session WHERE revoked_reason = 'reuse'"


@dataclass(frozen=True)
class Running:
    stage: Stage
    server: Server

    @property
    def people(self) -> Sequence[Person]:
        return self.stage.people

    def generation(self, person: Person) -> tuple[int, str | None]:
        """Return the generation of a person's session and its revocation reason."""
        where = f"WHERE id = '{person.session_id}'"
        (row,) = self.stage.rows(f"SELECT generation, revoked_reason FROM auth_session {where}")
        return row[0], row[1]


@pytest.fixture(scope="module", params=CELLS, ids=str)
def running(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    cell: Cell = request.param
    folder = tmp_path_factory.mktemp(str(cell))
    with (
        staged(render(cell), cell, folder, people=LOGOUTS + 2) as stage,
        stage.launch(STRICT, workers=WORKERS) as server,
    ):
        yield Running(stage, server)


def test_one_of_concurrent_refreshes_wins_and_the_others_end_the_session(running: Running) -> None:
    person = running.people[-1]

    async def race() -> list[httpx2.Response]:
        async with connected(running.server) as client:
            sends = (refresh(client, person.refresh_token) for _ in range(REFRESHES))
            return await asyncio.gather(*sends)

    answers = asyncio.run(race())

    counted = Counter(answer.status_code for answer in answers)
    assert counted == {200: 1, 401: REFRESHES - 1}
    assert running.generation(person) == (2, "reuse")


def test_no_token_is_valid_after_the_response_of_a_logout(running: Running) -> None:
    outcomes = asyncio.run(race_logouts(running.server, running.people[:LOGOUTS]))

    # Both orders must occur. Otherwise there was no race.
    assert outcomes.keys() == {200, 401}, outcomes
    assert outcomes.total() == LOGOUTS
    ended = "SELECT count(*) FROM auth_session WHERE revoked_reason = 'logout'"
    assert running.stage.rows(ended) == [(LOGOUTS,)]


def test_reuse_is_detected_after_all_workers_were_killed(running: Running) -> None:
    person = running.people[LOGOUTS]
    earlier = running.stage.rows(REUSES)[0][0]
    with httpx2.Client(base_url=running.server.url) as client:
        sent = {"refresh_token": person.refresh_token}
        successor = journeys.read(client.post("/auth/refresh", json=sent), 200)

    replace_all_workers(running.server)

    with httpx2.Client(base_url=running.server.url) as client:
        journeys.refuse(client.post("/auth/refresh", json=sent), "session_ended")
        journeys.refuse(client.post("/auth/refresh", json=successor), "session_ended")
        journeys.refuse(client.get("/auth/me", headers=journeys.bearer(successor)), "session_ended")
    assert running.stage.rows(REUSES) == [(earlier + 1,)]


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[httpx2.AsyncClient]:
    """Open all connections before the races begin."""
    limits = httpx2.Limits(max_keepalive_connections=REFRESHES)
    async with httpx2.AsyncClient(base_url=server.url, limits=limits, timeout=60) as client:
        await asyncio.gather(*(client.get("/health") for _ in range(REFRESHES)))
        yield client


async def race_logouts(server: Server, people: Sequence[Person]) -> Counter[int]:
    """Refresh and log out each session concurrently. Return the results of the refreshes."""
    turns = asyncio.Semaphore(AT_ONCE)
    chance = random.Random(20)
    async with connected(server) as client:

        async def race(person: Person) -> int:
            async with turns:
                return await refresh_during_logout(client, person, chance)

        return Counter(await asyncio.gather(*map(race, people)))


async def refresh_during_logout(
    client: httpx2.AsyncClient,
    person: Person,
    chance: random.Random,
) -> int:
    logout = client.post("/auth/logout", headers=authorization(person.access_token))
    racers = [refresh(client, person.refresh_token), logout]
    refresh_first, lead = chance.random() < 0.5, chance.randrange(LEADS)
    first, second = racers if refresh_first else racers[::-1]
    answers = await asyncio.gather(first, led(client, lead, second))
    refreshed, logged_out = answers if refresh_first else answers[::-1]
    assert logged_out.status_code == 204, logged_out.text

    newest = refreshed.json() if refreshed.status_code == 200 else {}
    access_token = newest.get("access_token", person.access_token)
    refresh_token = newest.get("refresh_token", person.refresh_token)
    me = await client.get("/auth/me", headers=authorization(access_token))
    journeys.refuse(me, "session_ended")
    journeys.refuse(await refresh(client, refresh_token), "session_ended")
    return refreshed.status_code


async def led(
    client: httpx2.AsyncClient,
    lead: int,
    request: Awaitable[httpx2.Response],
) -> httpx2.Response:
    """Send a request after this many responses of the same server, however slow it is."""
    for _ in range(lead):
        await client.get("/health")
    return await request


async def refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post("/auth/refresh", json={"refresh_token": token})


def authorization(token: str) -> dict[str, str]:
    return journeys.bearer({"access_token": token})
