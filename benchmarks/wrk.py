"""Continuous loads with wrk, which uses little of the processors it shares with the server."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

SCRIPTS = Path(__file__).parent / "lua"
# Longer than any response in a storm takes.
TIMEOUT = "60s"


@dataclass(frozen=True)
class Load:
    """The result of one run. `failures` are statuses above 399 and lost connections."""

    requests: int
    seconds: float
    failures: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def rps(self) -> float:
        return (self.requests - self.failures) / self.seconds


def require() -> None:
    """Exit if wrk is not installed."""
    if which("wrk") is None:
        raise SystemExit("wrk is not installed. Run `apt-get install wrk` or `brew install wrk`.")


def run(script: str, url: str, lines: Path, *, connections: int, seconds: float) -> Load:
    """Run a script that sends the lines of a file to the server."""
    process = start(script, url, lines, connections=connections, seconds=seconds)
    return finish(process)


def start(
    script: str,
    url: str,
    lines: Path,
    *,
    connections: int,
    seconds: float,
) -> subprocess.Popen[str]:
    options = ("--threads", "1", "--timeout", TIMEOUT, "--script", f"{script}.lua")
    duration = ("--connections", str(connections), "--duration", f"{seconds:.0f}s")
    return subprocess.Popen(
        ("wrk", *options, *duration, url, "--", str(lines)),
        cwd=SCRIPTS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Load:
    output, _ = process.communicate()
    reports = [line for line in output.splitlines() if line.startswith("{")]
    if process.returncode or not reports:
        raise RuntimeError(f"wrk failed:\n{output}")
    return Load(**json.loads(reports[-1]))
