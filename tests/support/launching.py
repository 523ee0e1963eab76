"""Start servers whose database may be away, and find, kill and await their worker processes."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.commands import environment, module
from support.servers import STARTED, UNLIMITED, Server, free_port, stop

DEADLINE_SECONDS = 60
POLL_SECONDS = 0.02
ROOT = Path("/proc")


@contextmanager
def launched(
    project: Path,
    log: Path,
    *,
    env: Mapping[str, str],
    workers: int = 1,
    application: str = "app.asgi:app",
    prefix: Sequence[str] = (),
) -> Iterator[Server]:
    """Start a server and wait until its processes run; nothing is asked of the database."""
    port = free_port()
    command = module(
        *("uvicorn", application, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--no-access-log"),
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            (*prefix, *command),
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


def starts(server: Server) -> int:
    """Count the worker processes that have started so far, also those that are gone."""
    return server.output().count(STARTED)


def wait_for_starts(server: Server, count: int) -> None:
    wait_until(
        lambda: starts(server) >= count or server.process.poll() is not None,
        f"{count} workers have started",
    )
    assert server.process.poll() is None, "the server stopped"


def workers_of(server: Server) -> list[int]:
    """Return the process ids of the workers; beside them runs multiprocessing's own helper."""
    task = ROOT / str(server.process.pid) / "task" / str(server.process.pid)
    children = [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in children if "spawn_main" in command_line(pid)]


def command_line(pid: int) -> str:
    try:
        return (ROOT / str(pid) / "cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def replace_all_workers(server: Server) -> None:
    """Kill every worker and wait until uvicorn has started as many new ones."""
    started, pids = starts(server), workers_of(server)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for_starts(server, started + len(pids))


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition that `what` says in words; it must hold before the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE_SECONDS} s: {what}"
        time.sleep(POLL_SECONDS)
