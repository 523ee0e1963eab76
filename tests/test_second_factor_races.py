"""Races for one code in two worker processes: each code opens one session."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
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
SESSIONS = "SELECT count(*) FROM auth_session WHERE methods = 'pwd otp'"
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
    won = [
        race(running.server, "totp", factor, pyotp.TOTP(factor.seed).now())
        for factor in running.factors[:ROUNDS]
    ]

    assert won == [{200: 1, 401: CALLERS - 1}] * ROUNDS


def test_one_of_concurrent_logins_with_a_recovery_code_wins(running: Running) -> None:
    """SEC-125."""
    won = [
        race(running.server, "recovery-code", factor, factor.recovery_code)
        for factor in running.factors[ROUNDS:]
    ]

    assert won == [{200: 1, 401: CALLERS - 1}] * ROUNDS


def race(server: Server, factor: str, of: Factor, code: str) -> Counter[int]:
    """Finish logins of one user at the same time, each from a connection of its own."""

    async def finish_all() -> list[httpx2.Response]:
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(httpx2.AsyncClient(base_url=server.url, timeout=60))
                for _ in of.challenges
            ]
            await asyncio.gather(*(client.get("/health") for client in clients))
            return await asyncio.gather(
                *(
                    client.post(f"/auth/login/{factor}", json={"token": token, "code": code})
                    for client, token in zip(clients, of.challenges, strict=True)
                )
            )

    return Counter(answer.status_code for answer in asyncio.run(finish_all()))
