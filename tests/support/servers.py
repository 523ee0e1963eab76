"""Serve a render with real uvicorn or gunicorn processes."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from support.commands import environment, module
from support.waiting import wait_until

STOP_SECONDS = 60
# A test sends more requests than a person. Tests of the limits set them again.
UNLIMITED = {
    "AUTH_LIMIT_LOGIN": "100000/second",
    "AUTH_LIMIT_REGISTER": "100000/second",
    "AUTH_LIMIT_REFRESH": "100000/second",
    "AUTH_LIMIT_MAIL": "100000/second",
    "AUTH_LIMIT_TOKEN": "100000/second",
    "AUTH_HASH_QUEUE": "1024",  # one network may take half of it
}
# uvicorn writes this once per worker. /ready would only show that one worker is ready.
STARTED = "Application startup complete"

# A function of the application, the port and the number of workers.
Command = Callable[[str, int, int], tuple[str, ...]]


@dataclass(frozen=True)
class Server:
    """A running server with its address and its output file."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(errors="replace")


def uvicorn(application: str, port: int, workers: int) -> tuple[str, ...]:
    return module(
        *("uvicorn", application, "--host", "127.0.0.1", "--port", str(port)),
        # Clients must not reuse a connection while the server closes it.
        *("--workers", str(workers), "--timeout-keep-alive", "600"),
    )


def preloading_gunicorn(application: str, port: int, workers: int) -> tuple[str, ...]:
    """Import the application once, then fork the workers from that process."""
    return module(
        *("gunicorn", application, "--preload", "--bind", f"127.0.0.1:{port}"),
        "--no-control-socket",  # all servers of this user would share it
        *("--workers", str(workers), "--worker-class", "uvicorn_worker.UvicornWorker"),
    )


@contextmanager
def launched(
    project: Path,
    log: Path,
    *,
    env: Mapping[str, str],
    workers: int = 1,
    application: str = "app.asgi:app",
    command: Command = uvicorn,
    prefix: Sequence[str] = (),
    port: int | None = None,
) -> Iterator[Server]:
    """Start a server and wait until its workers run, without using the database."""
    port = port or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            (*prefix, *command(application, port, workers)),
            cwd=project,
            env=environment({**UNLIMITED, **env}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_for_starts(server, workers)
        yield server
    except AssertionError as error:
        error.add_note(f"the server wrote:\n{server.output()[-4000:]}")
        raise
    finally:
        stop(process)


@contextmanager
def serving(
    project: Path,
    log: Path,
    *,
    env: Mapping[str, str],
    workers: int = 1,
    port: int | None = None,
) -> Iterator[Server]:
    """Start the render's application, wait until it is ready, and stop it at the end."""
    with launched(project, log, env=env, workers=workers, port=port) as server:
        wait_until(lambda: is_ready(server.url), "the server is ready")
        yield server


def starts(server: Server) -> int:
    """Count all worker starts so far, including those of ended workers."""
    return server.output().count(STARTED)


def wait_for_starts(server: Server, count: int) -> None:
    wait_until(
        lambda: starts(server) >= count or server.process.poll() is not None,
        f"{count} workers have started",
    )
    assert server.process.poll() is None, "the server stopped"


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready").status_code == 200
    except httpx2.TransportError:
        return False


def stop(process: subprocess.Popen[bytes], signal_number: int = signal.SIGTERM) -> None:
    process.send_signal(signal_number)
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
