"""Find, kill and wait for the worker processes of a server."""

import os
import signal
from pathlib import Path

from support.servers import Server, starts, wait_for_starts

ROOT = Path("/proc")


def get_workers(server: Server) -> list[int]:
    """Return the process IDs of the workers, without multiprocessing's helper process."""
    task = ROOT / str(server.process.pid) / "task" / str(server.process.pid)
    children = [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in children if "spawn_main" in command_line(pid)]


def command_line(pid: int) -> str:
    try:
        return (ROOT / str(pid) / "cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def replace_all_workers(server: Server) -> None:
    """Kill every worker and wait until uvicorn has replaced all of them."""
    started, pids = starts(server), get_workers(server)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for_starts(server, started + len(pids))
