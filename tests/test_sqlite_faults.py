"""While the SQLite file cannot be written, writes are refused and reads succeed."""

import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from time import monotonic

import httpx2
import pytest

from support import journeys
from support.matrix import Cell, cells
from support.seeding import Person
from support.servers import Server
from support.stage import Stage, staged
from support.waiting import wait_until

CELLS = cells(database="sqlite", transport="both", password_hash="argon2id")
# Without these privileges, root cannot write a read-only file either.
CAPABILITIES = "-dac_override,-dac_read_search"
LONGEST_ANSWER = 10  # seconds

Fault = Callable[[Stage, Server], AbstractContextManager[None]]


@pytest.fixture(scope="module", params=CELLS, ids=str)
def stage(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    cell: Cell = request.param
    with staged(render(cell), cell, tmp_path_factory.mktemp(str(cell)), people=3) as stage:
        yield stage


@pytest.fixture(scope="module")
def people(stage: Stage) -> Iterator[Person]:
    """People whose sessions were never refreshed, one for each test."""
    return iter(stage.people)


@contextmanager
def locked(stage: Stage, _: Server) -> Iterator[None]:
    """Hold the write lock outside of the server's process."""
    with closing(sqlite3.connect(database(stage), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(_: Stage, server: Server) -> Iterator[None]:
    """Stop the server's files from growing, so that the write-ahead log is full."""
    pid, limit = server.process.pid, resource.RLIMIT_FSIZE
    earlier = resource.prlimit(pid, limit, (0, resource.RLIM_INFINITY))
    yield
    resource.prlimit(pid, limit, earlier)


@pytest.mark.parametrize("fault", [locked, full])
def test_writes_wait_until_the_fault_is_over(
    stage: Stage, people: Iterator[Person], fault: Fault
) -> None:
    person = next(people)
    with stage.launch() as server, connected(server) as client:
        journeys.read(log_in(client, person), 200)  # the limit of the log's size
        with fault(stage, server):
            for write in (refresh, log_in):
                refuse_for_now(client, write, person)
                journeys.read(look(client, person), 200)
            assert client.get("/ready").status_code == 200

        journeys.read(refresh(client, person), 200)
        journeys.read(log_in(client, person), 200)
        assert_intact(stage)


def test_read_only_file_serves_reads_until_it_is_writable_again(
    stage: Stage,
    people: Iterator[Person],
) -> None:
    person = next(people)
    with (
        read_only(stage) as make_writable,
        stage.launch(prefix=without_privileges()) as server,
        connected(server) as client,
    ):
        for write in (refresh, log_in):
            refuse_for_now(client, write, person)
            journeys.read(look(client, person), 200)

        make_writable()

        wait_until(lambda: refresh(client, person).status_code == 200, "a session is refreshed")
        journeys.read(log_in(client, person), 200)
        assert_intact(stage)


@contextmanager
def read_only(stage: Stage) -> Iterator[Callable[[], None]]:
    """Make the file read-only. Yield a function that makes it writable again."""
    file = database(stage)
    with closing(sqlite3.connect(file)) as used_before:
        used_before.execute("PRAGMA journal_mode = WAL")  # the mode that the application sets
    assert {each.name for each in files(stage)} == {file.name}

    def make_writable() -> None:
        for each in files(stage):  # SQLite creates the other files with the mode of the first
            each.chmod(stat.S_IRUSR | stat.S_IWUSR)

    file.chmod(stat.S_IRUSR)
    try:
        yield make_writable
    finally:
        make_writable()


def without_privileges() -> list[str]:
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root writes read-only files, and setpriv is not here to change that")
    return [setpriv, f"--bounding-set={CAPABILITIES}", f"--inh-caps={CAPABILITIES}"]


def refuse_for_now(
    client: httpx2.Client,
    write: Callable[[httpx2.Client, Person], httpx2.Response],
    person: Person,
) -> None:
    begin = monotonic()
    answer = write(client, person)
    assert journeys.read(answer, 503)["detail"]["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    assert monotonic() - begin < LONGEST_ANSWER


def assert_intact(stage: Stage) -> None:
    assert stage.rows("PRAGMA integrity_check") == [("ok",)]


def connected(server: Server) -> httpx2.Client:
    return httpx2.Client(base_url=server.url, timeout=3 * LONGEST_ANSWER)


def database(stage: Stage) -> Path:
    return Path(stage.database_url.partition("///")[2])


def files(stage: Stage) -> list[Path]:
    """List the database file, its write-ahead log and the log's index."""
    file = database(stage)
    return list(file.parent.glob(f"{file.name}*"))


def look(client: httpx2.Client, person: Person) -> httpx2.Response:
    return client.get("/auth/me", headers={"Authorization": f"Bearer {person.access_token}"})


def refresh(client: httpx2.Client, person: Person) -> httpx2.Response:
    return client.post("/auth/refresh", json={"refresh_token": person.refresh_token})


def log_in(client: httpx2.Client, person: Person) -> httpx2.Response:
    return journeys.log_in(client, person.username)
