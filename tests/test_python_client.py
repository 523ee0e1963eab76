"""The client of a render for Python, with both libraries that it names, against a served render."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shutil import copy
from typing import Any

import httpx2
import pytest

from support import documents, journeys
from support.commands import run
from support.matrix import Cell
from support.seeding import TESTS
from support.servers import Server, is_ready, launched
from support.waiting import wait_until

CELL = Cell()
CALLERS = 8
ACCESS_SECONDS = 16 * 60
# As README.md and docs/clients.md write it.
ACCOUNT = {"username": "ann", "email": "ann@example.com", "password": "a good long passphrase"}
ADDRESS = "http://127.0.0.1:8000"


@dataclass
class Stage:
    """A served render with an account, and a copy of its client for one of the libraries."""

    package: Any
    client: Any
    server: Server
    ahead: Path
    saved: list[dict[str, str] | None]

    def sign_in(self) -> Any:
        """Return the auth of a new session, whose access token has expired."""
        self.saved.clear()
        credentials = {"username_or_email": "ann", "password": ACCOUNT["password"]}
        login = httpx2.post(f"{self.server.url}/auth/login", json=credentials)
        self.ahead.write_text(str(int(self.ahead.read_text()) + ACCESS_SECONDS))
        refresh_url = f"{self.server.url}/auth/refresh"
        return self.client.BearerAuth(refresh_url, journeys.read(login, 200), self.saved.append)

    def refreshes(self) -> int:
        return self.server.output().count("POST /auth/refresh")


@pytest.fixture
def served(
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> Iterator[Server]:
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    env = {
        **{"ENVIRONMENT": "development", "DATABASE_URL": new_database(CELL)},
        **{"PYTHONPATH": str(TESTS), "SECONDS_AHEAD": str(ahead), "AUTH_BCRYPT_ROUNDS": "10"},
    }
    options: dict[str, Any] = {"env": env, "application": "support.clocked:app"}
    with launched(render(CELL), tmp_path / "log", **options) as server:
        wait_until(lambda: is_ready(server.url), "the server is ready")
        journeys.read(httpx2.post(f"{server.url}/auth/register", json=ACCOUNT), 201)
        yield server


@pytest.fixture(params=["httpx2", "httpx"])
def stage(
    request: pytest.FixtureRequest,
    served: Server,
    render: Callable[[Cell], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    code = (render(CELL) / "clients/python/bearer_auth.py").read_text()
    copied = code.replace(
        "import httpx2 as httpx  # or: import httpx\n", f"import {request.param} as httpx\n"
    )
    assert f"import {request.param} as httpx\n" in copied
    name = f"bearer_auth_for_{request.param}"
    (tmp_path / f"{name}.py").write_text(copied)
    monkeypatch.syspath_prepend(tmp_path)
    package, client = import_module(request.param), import_module(name)
    return Stage(package, client, served, tmp_path / "ahead", [])


def test_concurrent_requests_refresh_once(stage: Stage) -> None:
    threads_refresh_once(stage)
    tasks_refresh_once(stage)
    lost_response_is_asked_for_again_by_the_next_request(stage)


def threads_refresh_once(stage: Stage) -> None:
    auth, before = stage.sign_in(), stage.refreshes()

    with (
        stage.package.Client(base_url=stage.server.url, auth=auth) as client,
        ThreadPoolExecutor(CALLERS) as threads,
    ):
        answers = list(threads.map(client.get, ["/auth/me"] * CALLERS))

    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert (stage.refreshes() - before, len(stage.saved)) == (1, 1)


def tasks_refresh_once(stage: Stage) -> None:
    auth, before = stage.sign_in(), stage.refreshes()

    async def ask() -> list[Any]:
        async with stage.package.AsyncClient(base_url=stage.server.url, auth=auth) as client:
            return await asyncio.gather(*(client.get("/auth/me") for _ in range(CALLERS)))

    answers = asyncio.run(ask())

    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert (stage.refreshes() - before, len(stage.saved)) == (1, 1)


def lost_response_is_asked_for_again_by_the_next_request(stage: Stage) -> None:
    auth, lost = stage.sign_in(), list[str]()

    def lose(answer: Any) -> None:
        if answer.request.url.path == "/auth/refresh" and not lost:
            answer.read()
            lost.append(answer.json()["refresh_token"])
            raise stage.package.ReadError("the connection was cut")

    options = {"base_url": stage.server.url, "auth": auth, "event_hooks": {"response": [lose]}}
    with stage.package.Client(**options) as client:
        with pytest.raises(stage.package.ReadError):
            client.get("/auth/me")
        answer = client.get("/auth/me")

    assert answer.status_code == 200
    assert [tokens and tokens["refresh_token"] for tokens in stage.saved] == lost


def test_documented_program_runs(
    served: Server,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> None:
    page = render(CELL) / "docs/clients.md"
    (block,) = [block for block in documents.blocks(page) if block.language == "python"]
    copy(render(CELL) / "clients/python/bearer_auth.py", tmp_path)
    (tmp_path / "reports.py").write_text(block.text.replace(ADDRESS, served.url))

    output = run(sys.executable, "reports.py", cwd=tmp_path)

    assert output == "[]\n"
    assert '"refresh_token"' in (tmp_path / "tokens.json").read_text()
