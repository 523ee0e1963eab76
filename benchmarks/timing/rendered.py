"""One served project with many accounts, and medians of requests of each kind."""

import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import copier
import httpx2

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
FIRST = {"email": "first@example.com", "username": "first", "password": PASSWORD}
# The hash has the lowest cost that the settings allow, so that other differences show.
SETTINGS = {
    "DATABASE_URL": "sqlite+aiosqlite:///./app.db",
    "ENVIRONMENT": "production",
    "AUTH_SECRET_KEY": "5d41f7cb0e9a4b1c8f6e2d7a90b3c4e85f1a6b2c7d8e9f00",
    "AUTH_BCRYPT_ROUNDS": "10",
}
COPY = """
    INSERT INTO users (email, email_key, username, username_key, password_hash, is_active,
        is_staff, is_superuser, created_at, email_verified_at)
    SELECT :name || '@example.com', :name || '@example.com', :name, :name, password_hash, :active,
        is_staff, is_superuser, created_at, iif(:verified, created_at, NULL)
    FROM users WHERE username = 'first'
"""
START_SECONDS = 30
POLL_SECONDS = 0.1

# Sends one request of a kind, with its number, and returns the seconds until the response.
Request = Callable[[str, int], float]


@contextmanager
def serving(folder: Path, settings: dict[str, str]) -> Iterator[httpx2.Client]:
    """Render the working tree, migrate the project, and serve it with one account."""
    project = folder / "project"
    answers = {"transport": "header"}
    copier.run_copy(str(ROOT), project, data=answers, defaults=True, quiet=True, vcs_ref="HEAD")
    environment = {**os.environ, **SETTINGS, **settings}
    alembic = (sys.executable, "-m", "alembic", "upgrade", "head")
    subprocess.run(alembic, cwd=project, env=environment, check=True)
    port = str(free_port())
    uvicorn = (sys.executable, "-m", "uvicorn", "app.asgi:app", "--port", port, "--no-access-log")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(uvicorn, cwd=project, env=environment, stdout=log, stderr=log)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(client, server)
            client.post("/auth/register", json=FIRST).raise_for_status()
            yield client
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(client: httpx2.Client, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/ready").raise_for_status()
        except httpx2.HTTPError:
            time.sleep(POLL_SECONDS)
        else:
            return
    raise SystemExit("The server did not start.")


def add_accounts(folder: Path, names: Sequence[str], *, active: bool, verified: bool) -> None:
    """Copy the first account. An address is the name at example.com."""
    rows = [{"name": name, "active": active, "verified": verified} for name in names]
    with closing(sqlite3.connect(folder / "project" / "app.db")) as connection, connection:
        connection.executemany(COPY, rows)


def timed(client: httpx2.Client, path: str, body: dict[str, str], status: int) -> float:
    begin = time.perf_counter()
    response = client.post(path, json=body)
    elapsed = time.perf_counter() - begin
    assert response.status_code == status, response.text
    return elapsed


def compare(kinds: Sequence[str], samples: int, tolerance: float, request: Request) -> int:
    """Send a request of each kind in random order, and that `samples` times.

    Print the medians. Return 1 if one differs from the first kind's by more than the tolerance.
    """
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(samples):
        for kind in random.sample(kinds, len(kinds)):
            times[kind].append(request(kind, number))
    medians = [median(times[kind]) for kind in kinds]
    ratios = [value / medians[0] for value in medians]
    for kind, value, ratio in zip(kinds, medians, ratios, strict=True):
        print(f"{kind:<30} {value * 1000:6.1f} ms   x {ratio:.3f}")
    within = all(abs(ratio - 1) <= tolerance for ratio in ratios)
    print(f"medians of {samples} samples: {'within' if within else 'NOT within'} {tolerance:.0%}")
    return 0 if within else 1
