"""The service of docs/extending.md gets five digits of a hash, and its outages lock nobody out."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from support import documents, journeys
from support.matrix import Cell
from support.servers import serving

SECTION = "Refuse breached passwords"
EXTENDING = "docs/extending.md"
BREACHED = "battery horse correct staple"
PADDED = "staple battery correct horse"


@dataclass
class Service:
    """A service that knows BREACHED, and pads its answers with the hash of PADDED."""

    url: str
    status: int = 200
    requests: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as running:
        yield running


@pytest.fixture(params=[Cell(), Cell("sync", transport="cookie")], ids=str)
def client(
    request: pytest.FixtureRequest,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    service: Service,
    tmp_path: Path,
) -> Iterator[httpx2.Client]:
    """A client of a project that follows the section and asks the service."""
    cell: Cell = request.param
    project = editable(cell)
    documents.follow(project, project / EXTENDING, SECTION, {})
    env = {"DATABASE_URL": new_database(cell), "AUTH_BREACHED_PASSWORDS_URL": service.url}
    with (
        serving(project, tmp_path / "server.log", env=env) as server,
        httpx2.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}) as client,
    ):
        yield client


def test_breached_password_is_refused(client: httpx2.Client, service: Service) -> None:
    refused, accepted = register(client, "ann", BREACHED), register(client, "bob", PADDED)

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "password"]
    assert accepted.status_code == 201
    assert service.requests == [(f"/{sha1(each)[:5]}", "true") for each in (BREACHED, PADDED)]


def test_new_password_of_a_user_is_looked_up(client: httpx2.Client) -> None:
    register(client, "ann", journeys.PASSWORD)
    answer = journeys.log_in(client, "ann")
    if answer.status_code == 200:
        client.headers.update(journeys.bearer(answer.json()))
    passwords = {"current_password": journeys.PASSWORD, "new_password": BREACHED}

    refused = client.post("/auth/password", json=passwords)

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "new_password"]


def test_outage_refuses_nobody(client: httpx2.Client, service: Service) -> None:
    service.status = 500

    assert register(client, "ann", BREACHED).status_code == 201


def register(client: httpx2.Client, name: str, password: str) -> httpx2.Response:
    account = {"email": f"{name}@example.com", "username": name, "password": password}
    return client.post("/auth/register", json=account)


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@contextmanager
def listening() -> Iterator[Service]:
    """Serve every range with both hashes: one of a breach, one of the padding."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            running.requests.append((self.path, self.headers["Add-Padding"]))
            self.send_response(running.status)
            self.end_headers()
            self.wfile.write(f"{sha1(BREACHED)[5:]}:3\r\n{sha1(PADDED)[5:]}:0\r\n".encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Service(f"http://127.0.0.1:{server.server_port}/")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
