"""A load at a fixed rate, whether or not earlier requests were answered.

wrk waits for a response before it sends the next request, so a stalled server gets fewer requests
and appears fast. Here, latency is measured from the time when a request was due.
`python -m benchmarks.steady LOAD` takes a load as JSON, reads a token from stdin and prints JSON.
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

PATIENCE = 30  # seconds to wait for a response
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Load:
    """A request, its rate per second, the length of the load and the delay before it."""

    address: str
    path: str
    rate: float
    seconds: float
    after: float = 0


@dataclass(frozen=True)
class Steadiness:
    """Latencies in milliseconds, without those of failed requests."""

    p50_ms: float
    p99_ms: float
    failures: int


def start(load: Load, token: str) -> "subprocess.Popen[str]":
    """Start the load in its own process, so that only the server can delay it."""
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
    """Summarise latencies, which are in seconds."""
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
        # Used in turn, so that no connection is idle until the server closes it.
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
        """Send a request and measure its latency from `due`, a time of `time.perf_counter`."""
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
        """Return whether the status was 200."""
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
