"""Find, kill and await the worker processes of a server."""

import os
import signal
from pathlib import Path

from support.servers import Server, starts, wait_for_starts

ROOT = Path("/proc")


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
