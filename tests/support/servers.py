"""Serve a render with real uvicorn processes."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from support.commands import environment, module

START_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.05
# A test is one client that asks more often than any person; tests of the limits set them again.
UNLIMITED = {
    "AUTH_LIMIT_LOGIN": "100000/second",
    "AUTH_LIMIT_REGISTER": "100000/second",
    "AUTH_LIMIT_REFRESH": "100000/second",
}
# What uvicorn writes once in every worker; one ready worker alone would answer /ready.
STARTED = "Application startup complete"


@dataclass(frozen=True)
class Server:
    """A running server: its address and the file that holds all it has written."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def serving(
    project: Path,
    log: Path,
    *,
    env: Mapping[str, str],
    workers: int = 1,
) -> Iterator[Server]:
    """Start the render's application, wait until it is ready, and stop it at the end."""
    port = free_port()
    command = module(
        *("uvicorn", "app.asgi:app", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers)),
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=project,
            env=environment({**UNLIMITED, **env}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(server, workers)
        yield server
    except AssertionError as error:
        error.add_note(f"the server wrote:\n{server.output()}")
        raise
    finally:
        stop(process)


def wait_until_ready(server: Server, workers: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (server.output().count(STARTED) == workers and is_ready(server.url)):
        assert server.process.poll() is None, "the server stopped before it was ready"
        assert time.monotonic() < deadline, f"the server is not ready after {START_SECONDS} s"
        time.sleep(POLL_SECONDS)


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready").status_code == 200
    except httpx2.TransportError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
