"""Two instances behind HAProxy restart one after the other, and every request is answered."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx2
import pytest

from support.deployment import dockerfile_command, local
from support.haproxy import Balancer, haproxy
from support.load import Journal, Visitor
from support.matrix import Cell, cells
from support.servers import Server, free_port, launched
from support.stage import Stage, production, staged

CELLS = cells(database="postgresql", transport="both", password_hash="bcrypt")
VISITORS = 8
PEOPLE = 2  # per visitor
OPERATIONS = 100  # between two restarts

Start = Callable[[str], AbstractContextManager[Server]]


@pytest.mark.deep
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_request_is_answered(
    cell: Cell,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> None:
    """An instance gets SIGTERM after the balancer has stopped sending requests."""
    project = render(cell)
    command = local(dockerfile_command(project))
    ports = {"first": free_port(), "second": free_port()}
    with staged(project, cell, tmp_path, people=VISITORS * PEOPLE) as stage:
        env = {
            **production(cell),
            "DATABASE_URL": stage.database_url,
            "AUTH_BCRYPT_ROUNDS": "10",
            "TRUSTED_HOPS": "1",
        }

        def start(name: str) -> AbstractContextManager[Server]:
            log, port = tmp_path / f"{name}.log", ports[name]
            return launched(project, log, env=env, command=command, port=port)

        with ExitStack() as running, haproxy(tmp_path, *ports.values()) as balancer:
            journal = asyncio.run(restart_both(start, running, balancer, stage))
            served = [balancer.served(name) for name in ports]

    assert journal.unanswered == {}
    assert min(served) > OPERATIONS / 4


async def restart_both(
    start: Start,
    running: ExitStack,
    balancer: Balancer,
    stage: Stage,
) -> Journal:
    servers = {name: ExitStack() for name in ("first", "second")}
    for name, server in servers.items():
        running.enter_context(server).enter_context(start(name))
        balancer.wait_for(name)
    async with httpx2.AsyncClient(base_url=balancer.url, timeout=60) as client:
        journal, enough = Journal(), asyncio.Event()
        async with asyncio.TaskGroup() as visits:
            for number in range(VISITORS):
                people = stage.people[number * PEOPLE : (number + 1) * PEOPLE]
                one = Visitor(client, journal, people, f"newcomer-{number}", number)
                visits.create_task(one.visit(enough))
            for name, server in servers.items():
                await journal.grows(acknowledged=OPERATIONS)
                await asyncio.to_thread(restart, name, server, start, balancer)
            await journal.grows(acknowledged=OPERATIONS)
            enough.set()
    return journal


def restart(name: str, server: ExitStack, start: Start, balancer: Balancer) -> None:
    balancer.drain(name)
    server.close()
    server.enter_context(start(name))
    balancer.restore(name)
