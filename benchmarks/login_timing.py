"""Timing of failed logins: unknown user, wrong password, disabled user, device tokens (SEC-21).

`uv run python benchmarks/login_timing.py` renders and serves an async project, and measures 200
failed logins of each kind over HTTP, interleaved. It exits with 1 if a median differs by more than
a tenth. The hash has the lowest cost that the settings allow, so that other differences show.
"""

import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import copier
import httpx2

ROOT = Path(__file__).parents[1]
SAMPLES = 200
TOLERANCE = 0.1
PASSWORD = "correct horse battery staple"
FOREIGN, OWN = "foreign device", "own device"
# Each name is tried once, so that no account is throttled.
KINDS = (
    *("unknown user", "wrong password", "disabled user"),
    *(f"{kind}, {FOREIGN}" for kind in ("unknown user", "wrong password", "disabled user")),
    f"wrong password, {OWN}",
)
SETTINGS = {
    "ENVIRONMENT": "production",
    "AUTH_SECRET_KEY": "5d41f7cb0e9a4b1c8f6e2d7a90b3c4e85f1a6b2c7d8e9f00",
    "AUTH_BCRYPT_ROUNDS": "10",
    "AUTH_LIMIT_LOGIN": "1000000/minute",
}
COPY = """
    INSERT INTO users (email, email_key, username, username_key, password_hash, is_active,
        is_staff, is_superuser, created_at)
    SELECT :name || '@example.com', :name || '@example.com', :name, :name, password_hash, :active,
        is_staff, is_superuser, created_at
    FROM users WHERE username = 'first'
"""
START_SECONDS = 30
POLL_SECONDS = 0.1


def main() -> int:
    with TemporaryDirectory() as folder, serving(Path(folder)) as client:
        fill(client, Path(folder) / "project" / "app.db")
        times = measure(client, device_tokens(client))
        medians = {kind: median(of_kind) * 1000 for kind, of_kind in times.items()}
    usual = medians["wrong password"]
    ratios = {kind: value / usual for kind, value in medians.items()}
    for kind in KINDS:
        print(f"{kind:<30} {medians[kind]:6.1f} ms   x {ratios[kind]:.3f}")
    within = all(abs(ratio - 1) <= TOLERANCE for ratio in ratios.values())
    print(f"medians of {SAMPLES} samples: {'within' if within else 'NOT within'} {TOLERANCE:.0%}")
    return 0 if within else 1


@contextmanager
def serving(folder: Path) -> Iterator[httpx2.Client]:
    """Render the working tree, migrate the project, and serve it to one client."""
    project = folder / "project"
    answers = {"transport": "header"}
    copier.run_copy(str(ROOT), project, data=answers, defaults=True, quiet=True, vcs_ref="HEAD")
    environment = {**os.environ, **SETTINGS}
    alembic = (sys.executable, "-m", "alembic", "upgrade", "head")
    subprocess.run(alembic, cwd=project, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    uvicorn = (sys.executable, "-m", "uvicorn", "app.asgi:app", "--port", port, "--no-access-log")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(uvicorn, cwd=project, env=environment, stdout=log, stderr=log)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(client, server)
            yield client
    finally:
        server.terminate()
        server.wait()


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


def fill(client: httpx2.Client, database: Path) -> None:
    """Register one account and copy it for every sample that needs an account."""
    account = {"email": "first@example.com", "username": "first", "password": PASSWORD}
    client.post("/auth/register", json=account).raise_for_status()
    accounts = [
        {"name": get_username(kind, number), "active": kind.startswith("wrong")}
        for kind in KINDS
        if not kind.startswith("unknown")
        for number in range(SAMPLES)
    ]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(COPY, accounts)


def device_tokens(client: httpx2.Client) -> dict[str, list[str]]:
    """Return the device tokens that the attempts of each kind send: of a stranger, or their own."""
    own = [get_username(kind, number) for kind in KINDS if OWN in kind for number in range(SAMPLES)]
    names = {FOREIGN: ["first"] * SAMPLES, OWN: own}
    return {kind: [device_token(client, name) for name in names[kind]] for kind in names}


def device_token(client: httpx2.Client, username: str) -> str:
    body = {"username_or_email": username, "password": PASSWORD}
    return str(client.post("/auth/login", json=body).raise_for_status().json()["device_token"])


def measure(client: httpx2.Client, tokens: dict[str, list[str]]) -> dict[str, list[float]]:
    """Return the seconds of each failed login. A round has one of each kind, in random order."""
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(SAMPLES):
        for kind in random.sample(KINDS, len(KINDS)):
            sent = [of_kind[number] for device, of_kind in tokens.items() if device in kind]
            times[kind].append(refusal(client, kind, number, sent[0] if sent else None))
    return times


def refusal(client: httpx2.Client, kind: str, number: int, device_token: str | None) -> float:
    password = PASSWORD if kind.startswith("disabled") else "not the right password"
    body = {"username_or_email": get_username(kind, number), "password": password}
    if device_token is not None:
        body["device_token"] = device_token
    begin = time.perf_counter()
    response = client.post("/auth/login", json=body)
    elapsed = time.perf_counter() - begin
    assert response.status_code == 401, response.text
    return elapsed


def get_username(kind: str, number: int) -> str:
    return f"person{KINDS.index(kind)}-{number}"


if __name__ == "__main__":
    sys.exit(main())
