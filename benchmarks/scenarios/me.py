"""GET me: authenticated requests per second, with few and with many connections."""

from benchmarks import wrk
from benchmarks.results import Results
from benchmarks.servers import Server, serving
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

YARDSTICKS = ("empty", "raw", "raw_sync", "bare_db", "bare_db_sync")
CONNECTIONS = (1, 16, 64)
WARM_UP = 1  # seconds, to open connections and prepare statements


def run(stage: Stage, results: Results) -> None:
    kit = [stage.kit("async"), stage.kit("sync")]
    yardsticks = map(stage.yardstick, YARDSTICKS)
    subjects = (*yardsticks, *kit, *stage.peers)
    for _ in range(stage.plan.rounds):
        for subject in subjects:
            with serving(subject) as server:
                results.add("me", subject.name, **measure(subject, server, stage.plan.load))


def measure(subject: Subject, server: Server, seconds: float) -> dict[str, float]:
    load(subject, server, connections=64, seconds=WARM_UP)
    figures = {}
    for connections in CONNECTIONS:
        before = server.cpu_seconds()
        done = load(subject, server, connections=connections, seconds=seconds)
        used = server.cpu_seconds() - before
        figures[f"rps_{connections}"] = done.rps
        figures[f"p99_ms_{connections}"] = done.p99_ms
        figures[f"cpu_us_{connections}"] = used / done.requests * 1e6
    return figures


def load(subject: Subject, server: Server, *, connections: int, seconds: float) -> wrk.Load:
    """Send requests continuously. Raise RuntimeError if a request fails."""
    url, lines = server.url(subject.me_path), subject.access_tokens
    done = wrk.run("me", url, lines, connections=connections, seconds=seconds)
    if done.failures or not done.requests:
        raise RuntimeError(f"{subject.name}: {done.failures} of {done.requests} requests failed")
    return done
