"""A share of one processor for a process, held like the CPU quota of a container.

In each period of 100 ms, the process is stopped once it has used its share, and continued when the
next period begins. This needs no root and no cgroup. Linux only: usage is read from /proc.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

PERIOD = 0.1  # seconds, as Kubernetes and Docker have it
STEP = 0.002


@contextmanager
def limited(pid: int, share: float) -> Iterator[None]:
    """Hold the process to a share of one processor until the block ends."""
    ended = Event()
    keeper = Thread(target=_hold, args=(pid, share * PERIOD, ended))
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _hold(pid: int, quota: float, ended: Event) -> None:
    while not ended.is_set():
        begin, used = time.perf_counter(), cpu_seconds(pid)
        while (left := begin + PERIOD - time.perf_counter()) > 0:
            if cpu_seconds(pid) - used < quota:
                ended.wait(min(STEP, left))
                continue
            os.kill(pid, signal.SIGSTOP)
            ended.wait(left)
            os.kill(pid, signal.SIGCONT)
            break


def cpu_seconds(pid: int) -> float:
    """Return the processor time of all running threads, in nanoseconds of resolution."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9
