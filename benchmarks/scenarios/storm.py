"""Continuous logins together with a reader, and their effect on each other."""

import subprocess
from statistics import mean

from benchmarks import steady, wrk
from benchmarks.renders import run_in
from benchmarks.results import Results
from benchmarks.scenarios import me
from benchmarks.servers import Server, serving
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

CONNECTIONS = 16
# Requests per second of the reader: enough for a p99, and few enough to leave the processors to
# hashing.
RATE = 50
# The storm starts before the reader and ends after it.
MARGIN = 1  # seconds


def run(stage: Stage, results: Results) -> None:
    kit = (stage.kit("async"), stage.kit("sync"))
    # Only one of the other libraries verifies passwords. It is so slow that one round is enough.
    others = [peer for peer in stage.peers if peer.name == "fastapi-users"]
    for number in range(stage.plan.rounds):
        for subject in (*kit, *(others if number == 0 else ())):
            limits = [hash_limit(stage)]
            with serving(subject) as server:
                figures = measure(subject, server, stage)
            limits.append(hash_limit(stage))
            results.add("storm", subject.name, hash_limit=mean(limits), **figures)


def hash_limit(stage: Stage) -> float:
    """Return how many passwords per second the processors verify with no other load."""
    kit, seconds = stage.kit("async"), str(stage.plan.hashing)
    return float(run_in(kit.folder, "benchmarks.hashing", seconds, environment=kit.environment))


def measure(subject: Subject, server: Server, stage: Stage) -> dict[str, float]:
    start_mb = server.memory_mb()
    me.load(subject, server, connections=CONNECTIONS, seconds=me.WARM_UP)
    after_me_mb = server.memory_mb()
    calm = steady.finish(_read(subject, server, stage.plan.calm))
    logins = _log_in(subject, server, stage.plan.storm + 2 * MARGIN)
    storm = steady.finish(_read(subject, server, stage.plan.storm, after=MARGIN))
    done = wrk.finish(logins)
    return {
        "calm_p50_ms": calm.p50_ms,
        "calm_p99_ms": calm.p99_ms,
        "p50_ms": storm.p50_ms,
        "p99_ms": storm.p99_ms,
        "failures": calm.failures + storm.failures + done.failures,
        "logins": done.rps,
        "login_p50_ms": done.p50_ms,
        "start_mb": start_mb,
        "after_me_mb": after_me_mb,
        "peak_mb": server.peak_mb(),
    }


def _read(
    subject: Subject,
    server: Server,
    seconds: float,
    after: float = 0,
) -> "subprocess.Popen[str]":
    token = subject.first_token()
    load = steady.Load(server.address, subject.me_path, RATE, seconds, after)
    return steady.start(load, token)


def _log_in(subject: Subject, server: Server, seconds: float) -> "subprocess.Popen[str]":
    url = server.url(subject.login_path)
    return wrk.start("login", url, subject.logins, connections=CONNECTIONS, seconds=seconds)
