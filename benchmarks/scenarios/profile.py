"""Processor time of a request by package, sampled with py-spy."""

import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks import wrk
from benchmarks.results import Results
from benchmarks.scenarios import me, refresh
from benchmarks.servers import Server, serving
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

CONNECTIONS = 16
SAMPLES_A_SECOND = 250
# A sample counts for the innermost frame in one of these packages.
PACKAGES = {
    "driver": ("/asyncpg/", "/psycopg/"),
    "sqlalchemy": ("/sqlalchemy/",),
    "jwt": ("/jwt/",),
    "kit": ("/app/auth/",),
    "fastapi": ("/fastapi/", "/pydantic/"),
    "starlette": ("/starlette/",),
    "threads": ("/anyio/", "/concurrent/futures/"),
    "uvicorn": ("/uvicorn/",),
}


def run(stage: Stage, results: Results) -> None:
    for subject in (stage.kit("async"), stage.kit("sync")):
        refresh.rewind(stage.people)
        with serving(subject) as server:
            figures = profiled(subject, server, stage, "me")
            results.add("profile", f"me, {subject.name}", **figures)
            figures = profiled(subject, server, stage, "refresh")
            results.add("profile", f"refresh, {subject.name}", **figures)


def profiled(subject: Subject, server: Server, stage: Stage, route: str) -> dict[str, float]:
    """Return the percentage of each package, and the total in microseconds."""
    _load(subject, server, route, turn=0, seconds=me.WARM_UP)
    seconds = stage.plan.load + 2
    samples = stage.folder / f"{route}-{subject.name}.txt"
    before = server.cpu_seconds()
    recording = _record(server, samples, seconds)
    done = _load(subject, server, route, turn=1, seconds=seconds + 1)
    used = server.cpu_seconds() - before
    recording.wait()
    return {"cpu_us": used / done.requests * 1e6, **shares(samples.read_text().splitlines())}


def shares(stacks: Iterable[str]) -> dict[str, float]:
    """Return the percentage of each package, from lines like `outer;…;inner count`."""
    counted: Counter[str] = Counter()
    for line in stacks:
        frames, _, count = line.rpartition(" ")
        counted[owner(frames.split(";"))] += int(count)
    total = counted.total()
    return {name: 100 * counted[name] / total for name in (*PACKAGES, "other")}


def owner(frames: list[str]) -> str:
    for frame in reversed(frames):
        for name, folders in PACKAGES.items():
            if any(folder in frame for folder in folders):
                return name
    return "other"


def _load(subject: Subject, server: Server, route: str, *, turn: int, seconds: float) -> wrk.Load:
    if route == "me":
        return me.load(subject, server, connections=CONNECTIONS, seconds=seconds)
    return refresh.load(subject, server, turn=turn, connections=CONNECTIONS, seconds=seconds)


def _record(server: Server, samples: Path, seconds: float) -> "subprocess.Popen[bytes]":
    # Only the thread that holds the interpreter lock works. The others wait for it or for sockets.
    options = ("--gil", "--duration", f"{seconds:.0f}", "--rate", str(SAMPLES_A_SECOND))
    return subprocess.Popen(
        (
            *("py-spy", "record", "--pid", str(server.pid), *options),
            *("--format", "raw", "--full-filenames", "--output", samples),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
