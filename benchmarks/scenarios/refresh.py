"""POST refresh: each request takes the token that the one before it has brought."""

from benchmarks import databases, wrk
from benchmarks.results import Results
from benchmarks.servers import Server, serving
from benchmarks.stage import Filled, Stage
from benchmarks.subjects import Subject

# The files of tokens hold each session's first one: take all sessions back to where they began.
REWIND = """UPDATE auth_session SET generation = 1, rotated_at = created_at,
    idle_expires_at = created_at + (SELECT min(idle_expires_at - rotated_at) FROM auth_session),
    revoked_at = NULL WHERE generation <> 1 OR revoked_at IS NOT NULL"""
WARM_UP = 1  # seconds


def run(stage: Stage, results: Results) -> None:
    subjects = (
        *(stage.yardstick("by_hand"), stage.yardstick("by_hand_sync")),
        *(stage.kit("async"), stage.kit("sync")),
    )
    for _ in range(stage.plan.rounds):
        for subject in subjects:
            with serving(subject) as server:
                load(subject, server, stage.people, connections=16, seconds=WARM_UP)
                for connections in (1, 16):
                    before = server.cpu_seconds()
                    done = load(
                        subject,
                        server,
                        stage.people,
                        connections=connections,
                        seconds=stage.plan.refresh,
                    )
                    cpu_us = (server.cpu_seconds() - before) / done.requests * 1e6
                    figures = {"rps": done.rps, "p99_ms": done.p99_ms, "cpu_us": cpu_us}
                    named = {f"{name}_{connections}": figures[name] for name in figures}
                    results.add("refresh", subject.name, **named)


def load(
    subject: Subject,
    server: Server,
    filled: Filled,
    *,
    connections: int,
    seconds: float,
) -> wrk.Load:
    databases.execute(filled.database, REWIND, "VACUUM auth_session")
    url, lines = server.url(subject.refresh_path), subject.refresh_tokens
    done = wrk.run("refresh", url, lines, connections=connections, seconds=seconds)
    if done.failures or not done.requests:
        raise RuntimeError(f"{subject.name}: {done.failures} of {done.requests} requests failed")
    return done
