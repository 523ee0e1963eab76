"""Races for one code in two worker processes: each code opens one session."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pyotp
import pytest

from support.matrix import CELLS, Cell
from support.second_factors import Factor, factors
from support.servers import Server
from support.stage import Stage, production, staged

WORKERS = 2
ROUNDS = 30
CALLERS = 16
# One cell for each flavour and database.
RACED = {
    (cell.concurrency, cell.database): cell
    for cell in CELLS
    if "totp" in cell.features and cell.uses_headers
}


@dataclass(frozen=True)
class Running:
    stage: Stage
    server: Server
    factors: Sequence[Factor]


@pytest.fixture(scope="module", params=RACED.values(), ids=str)
def running(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    cell: Cell = request.param
    folder = tmp_path_factory.mktemp(str(cell))
    with staged(render(cell), cell, folder, people=2 * ROUNDS) as stage:
        env = {"DATABASE_URL": stage.database_url, **production(cell)}
        added = factors(stage.project, CALLERS, env=env)
        with stage.launch(workers=WORKERS) as server:
            yield Running(stage, server, added)


def test_each_flavour_and_database_is_raced() -> None:
    assert len(RACED) == 6


def test_one_of_concurrent_logins_with_a_code_wins(running: Running) -> None:
    """SEC-120."""
    rounds = running.factors[:ROUNDS]

    counted = asyncio.run(race(running.server, "totp", rounds, current_code))

    assert counted == [{200: 1, 401: CALLERS - 1}] * ROUNDS


def test_one_of_concurrent_logins_with_a_recovery_code_wins(running: Running) -> None:
    """SEC-125."""
    rounds = running.factors[ROUNDS:]

    counted = asyncio.run(race(running.server, "recovery-code", rounds, recovery_code))

    assert counted == [{200: 1, 401: CALLERS - 1}] * ROUNDS


def current_code(factor: Factor) -> str:
    return pyotp.TOTP(factor.seed).now()


def recovery_code(factor: Factor) -> str:
    return factor.recovery_code


async def race(
    server: Server,
    name: str,
    rounds: Sequence[Factor],
    code_of: Callable[[Factor], str],
) -> list[Counter[int]]:
    """Finish all logins of one user at the same time, then those of the next. Count the statuses.

    Each caller has a separate connection, which is open before the race.
    """
    limits = httpx2.Limits(max_keepalive_connections=CALLERS)
    async with httpx2.AsyncClient(base_url=server.url, limits=limits, timeout=60) as client:
        await asyncio.gather(*(client.get("/health") for _ in range(CALLERS)))
        return [await finish_all(client, name, factor, code_of(factor)) for factor in rounds]


async def finish_all(
    client: httpx2.AsyncClient, name: str, factor: Factor, code: str
) -> Counter[int]:
    sends = (
        client.post(f"/auth/login/{name}", json={"token": token, "code": code})
        for token in factor.challenges
    )
    return Counter(answer.status_code for answer in await asyncio.gather(*sends))
