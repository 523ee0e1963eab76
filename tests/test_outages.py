"""A database outage causes 503 responses until it ends, and signs no user out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.matrix import Cell, cells
from support.proxy import Proxy, proxied, through
from support.seeding import Person
from support.servers import is_ready
from support.stage import staged
from support.waiting import wait_until

CELLS = [
    cell for cell in cells(transport="both", password_hash="argon2id") if cell.database != "sqlite"
]
# Users send their first refresh token repeatedly, so the grace must outlast slow tests.
LONG_GRACE = {"AUTH_REFRESH_GRACE_SECONDS": "300"}
COOKIES = ("__Host-access_token", "__Host-refresh_token")


@dataclass(frozen=True)
class Outage:
    url: str
    proxy: Proxy
    person: Person


@pytest.fixture(scope="module", params=CELLS, ids=str)
def outage(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Outage]:
    """Start the application while its database server is down."""
    cell: Cell = request.param
    folder = tmp_path_factory.mktemp(str(cell))
    with (
        staged(render(cell), cell, folder, people=1) as stage,
        proxied(stage.database_url) as proxy,
        stage.launch(settings_through(proxy, stage.database_url)) as server,
    ):
        yield Outage(server.url, proxy, stage.people[0])
        assert "Internal Server Error" not in server.output()


def settings_through(proxy: Proxy, database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": through(proxy, database_url), **LONG_GRACE}


def test_server_that_starts_without_its_database_recovers(outage: Outage) -> None:
    outage.proxy.down()
    is_unavailable(outage)

    outage.proxy.up()

    recovers(outage)


def test_outage_between_requests_does_not_sign_users_out(outage: Outage) -> None:
    outage.proxy.down()
    outage.proxy.up()
    recovers(outage)

    outage.proxy.down()
    is_unavailable(outage)
    outage.proxy.up()

    recovers(outage)


def test_restart_between_requests_has_no_effect(outage: Outage) -> None:
    outage.proxy.down()
    outage.proxy.up()
    recovers(outage)

    with httpx2.Client(base_url=outage.url) as client:
        for request in (look, refresh, look, log_in):
            outage.proxy.cut()
            assert request(client, outage.person).status_code == 200


def is_unavailable(outage: Outage) -> None:
    """Every response that needs the database is a 503 and sets or clears no credential."""
    with httpx2.Client(base_url=outage.url) as client:
        assert client.get("/health").status_code == 200
        unavailable(client.get("/ready"))
        for _ in range(2):
            unavailable(look(client, outage.person))
            unavailable(look(client, outage.person, cookies=True))
            unavailable(refresh(client, outage.person))
            unavailable(refresh(client, outage.person, cookies=True))
            unavailable(log_in(client, outage.person))


def unavailable(answer: httpx2.Response) -> None:
    body = journeys.read(answer, 503)
    assert body["detail"]["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    assert "set-cookie" not in answer.headers
    assert "www-authenticate" not in answer.headers


def recovers(outage: Outage) -> None:
    wait_until(lambda: is_ready(outage.url), "the application is ready again")
    with httpx2.Client(base_url=outage.url) as client:
        journeys.read(look(client, outage.person), 200)
        journeys.read(look(client, outage.person, cookies=True), 200)
        journeys.read(refresh(client, outage.person), 200)
        journeys.read(refresh(client, outage.person, cookies=True), 204)


def look(client: httpx2.Client, person: Person, *, cookies: bool = False) -> httpx2.Response:
    return client.get("/auth/me", headers=credentials(person) if cookies else bearer(person))


def refresh(client: httpx2.Client, person: Person, *, cookies: bool = False) -> httpx2.Response:
    """Send the person's first refresh token, which gets the same successor during the grace."""
    if cookies:
        return client.post("/auth/refresh", headers=credentials(person))
    return client.post("/auth/refresh", json={"refresh_token": person.refresh_token})


def log_in(client: httpx2.Client, person: Person) -> httpx2.Response:
    return journeys.log_in(client, person.username)


def bearer(person: Person) -> dict[str, str]:
    return journeys.bearer({"access_token": person.access_token})


def credentials(person: Person) -> dict[str, str]:
    values = (person.access_token, person.refresh_token)
    pairs = zip(COOKIES, values, strict=True)
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in pairs)}
