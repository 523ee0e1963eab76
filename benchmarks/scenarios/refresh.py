"""POST refresh: each request sends the token that the previous one returned."""

from benchmarks import databases, wrk
from benchmarks.people import write
from benchmarks.results import Results
from benchmarks.servers import Server, serving
from benchmarks.stage import Filled, Stage
from benchmarks.subjects import Subject

# The files contain the first token of each session, so reset all sessions to their start.
REWIND = """UPDATE auth_session SET generation = 1, rotated_at = created_at,
    idle_expires_at = created_at + (SELECT min(idle_expires_at - rotated_at) FROM auth_session),
    revoked_at = NULL WHERE generation <> 1 OR revoked_at IS NOT NULL"""
# Sessions of one load. Each load has its own, because the server still answers requests that are
# in flight when a load ends, and advances their sessions.
SESSIONS = 100
WARM_UP = 1  # seconds


def run(stage: Stage, results: Results) -> None:
    floors = (stage.yardstick("statements_only"), stage.yardstick("statements_only_sync"))
    yardsticks = (stage.yardstick("by_hand"), stage.yardstick("by_hand_sync"))
    subjects = (*floors, *yardsticks, stage.kit("async"), stage.kit("sync"))
    for _ in range(stage.plan.rounds):
        for subject in subjects:
            rewind(stage.people)
            with serving(subject) as server:
                figures = measure(subject, server, stage.plan.refresh)
            results.add("refresh", subject.name, **figures)


def rewind(filled: Filled) -> None:
    """Make all refresh tokens valid again. No server may be running."""
    databases.execute(filled.database, REWIND, "VACUUM auth_session")


def measure(subject: Subject, server: Server, seconds: float) -> dict[str, float]:
    load(subject, server, turn=0, connections=16, seconds=WARM_UP)
    figures = {}
    for turn, connections in enumerate((1, 16), start=1):
        before = server.cpu_seconds()
        done = load(subject, server, turn=turn, connections=connections, seconds=seconds)
        used = server.cpu_seconds() - before
        figures[f"rps_{connections}"] = done.rps
        figures[f"p99_ms_{connections}"] = done.p99_ms
        figures[f"cpu_us_{connections}"] = used / done.requests * 1e6
    return figures


def load(
    subject: Subject,
    server: Server,
    *,
    turn: int,
    connections: int,
    seconds: float,
) -> wrk.Load:
    """Refresh the sessions of one turn. Raise RuntimeError if a request fails."""
    tokens = subject.refresh_tokens.read_text().splitlines()[turn * SESSIONS :][:SESSIONS]
    lines = subject.refresh_tokens.with_suffix(f".{turn}")
    write(lines, tokens)
    url = server.url(subject.refresh_path)
    done = wrk.run("refresh", url, lines, connections=connections, seconds=seconds)
    if done.failures or not done.requests:
        raise RuntimeError(f"{subject.name}: {done.failures} of {done.requests} requests failed")
    return done
