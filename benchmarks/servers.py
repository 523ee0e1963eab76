"""Servers of subjects, started as in production. Linux only: usage is read from /proc."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile

from benchmarks.subjects import Subject

START_SECONDS = 30
STOP_SECONDS = 20
POLL_SECONDS = 0.002
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")
TICK = os.sysconf("SC_CLK_TCK")
OPTIONS = (
    *("--host", "127.0.0.1", "--workers", "1", "--loop", "uvloop", "--http", "httptools"),
    *("--no-access-log", "--log-level", "warning"),
)


@dataclass(frozen=True)
class Server:
    """A running server, and the time until it answered its first authenticated request."""

    address: str
    pid: int
    start_ms: float

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    def cpu_seconds(self) -> float:
        """Return the processor time used so far, in user mode and in the kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory_mb(self) -> float:
        return self._memory("VmRSS")

    def peak_mb(self) -> float:
        return self._memory("VmHWM")

    def _memory(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


@contextmanager
def serving(subject: Subject) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "uvicorn", subject.application, "--port", str(port), *OPTIONS)
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    begin = time.perf_counter()
    with TemporaryFile("w+") as output:  # a file, as with a service manager: logging has its cost
        process = subprocess.Popen(
            command,
            cwd=subject.folder,
            env={**inherited, **subject.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_answering(process, port, subject)
            start_ms = (time.perf_counter() - begin) * 1e3
            yield Server(f"127.0.0.1:{port}", process.pid, start_ms)
        except RuntimeError as error:
            output.seek(0)
            error.add_note(f"output of the server:\n{output.read()[-4000:]}")
            raise
        finally:
            _stop(process)


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, subject: Subject) -> None:
    token = subject.first_token()
    deadline = time.monotonic() + START_SECONDS
    while (status := _ask(port, subject.me_path, token)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{subject.name} did not start")
        time.sleep(POLL_SECONDS)
    if token and status not in (200, 404):
        raise RuntimeError(f"{subject.name} returned {status} at {subject.me_path}")


def _ask(port: int, path: str, token: str) -> int | None:
    """Return the status of a response, or None while nothing listens on the port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status
    except ConnectionError:
        return None
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
