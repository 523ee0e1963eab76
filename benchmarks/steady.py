"""A steady load: requests leave on time, whether or not earlier ones have been answered.

wrk waits for an answer before it sends again, so that a server that stalls is asked less and
looks good. Here a latency counts from the moment at which the request was to be sent.
`python -m benchmarks.steady LOAD` takes a load as JSON, reads a token and prints JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from statistics import quantiles

import uvloop

from benchmarks.renders import ROOT

PATIENCE = 30  # seconds that an answer may take
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Load:
    """What to ask, so many times a second, for so many seconds, and after how many."""

    address: str
    path: str
    rate: float
    seconds: float
    after: float = 0


@dataclass(frozen=True)
class Steadiness:
    """Latencies in milliseconds; failures have none."""

    p50_ms: float
    p99_ms: float
    failures: int


def start(load: Load, token: str) -> "subprocess.Popen[str]":
    """Begin in a process of its own, so that it waits for nothing but the server."""
    process = subprocess.Popen(
        (sys.executable, "-m", "benchmarks.steady", json.dumps(asdict(load))),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(f"{token}\n")
    process.stdin.flush()
    return process


def finish(process: "subprocess.Popen[str]") -> Steadiness:
    output, _ = process.communicate()
    return Steadiness(**json.loads(output))


def summary(latencies: list[float], failures: int) -> Steadiness:
    """Take latencies in seconds."""
    cuts = quantiles(latencies, n=100, method="inclusive")
    return Steadiness(p50_ms=cuts[49] * 1e3, p99_ms=cuts[98] * 1e3, failures=failures)


class Visitor:
    def __init__(self, load: Load, token: str) -> None:
        host, _, port = load.address.partition(":")
        self._host, self._port = host, int(port)
        self._load = load
        self._request = (
            f"GET {load.path} HTTP/1.1\r\nHost: {load.address}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        ).encode()
        # Taken in turn, so that none lies idle until the server closes it.
        self._idle: deque[Connection] = deque()
        self.latencies: list[float] = []
        self.failures = 0

    async def visit(self) -> None:
        begin = time.perf_counter() + self._load.after
        async with asyncio.TaskGroup() as tasks:
            for number in range(round(self._load.rate * self._load.seconds)):
                due = begin + number / self._load.rate
                await asyncio.sleep(due - time.perf_counter())
                tasks.create_task(self.ask(due))

    async def ask(self, due: float) -> None:
        """Send a request; its latency counts from when it was due on `time.perf_counter`."""
        try:
            async with asyncio.timeout(PATIENCE):
                connection = self._idle.popleft() if self._idle else await self._connect()
                answered = await self._exchange(connection)
        except (OSError, EOFError, TimeoutError):
            answered = False
        if not answered:
            self.failures += 1
            return
        self.latencies.append(time.perf_counter() - due)
        self._idle.append(connection)

    async def _connect(self) -> Connection:
        return await asyncio.open_connection(self._host, self._port)

    async def _exchange(self, connection: Connection) -> bool:
        """Return whether the answer was a 200."""
        reader, writer = connection
        writer.write(self._request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return head.startswith(b"HTTP/1.1 200 ")


async def main(load: Load, token: str) -> Steadiness:
    visitor = Visitor(load, token)
    await visitor.visit()
    return summary(visitor.latencies, visitor.failures)


if __name__ == "__main__":
    asked = Load(**json.loads(sys.argv[1]))
    print(json.dumps(asdict(uvloop.run(main(asked, sys.stdin.readline().strip())))))
