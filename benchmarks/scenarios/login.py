"""POST login with 16 connections and no other load, compared with the hash limit."""

from benchmarks import wrk
from benchmarks.results import Results
from benchmarks.scenarios.storm import CONNECTIONS, hash_limit
from benchmarks.servers import serving
from benchmarks.stage import Stage


def run(stage: Stage, results: Results) -> None:
    for _ in range(stage.plan.rounds):
        for subject in (stage.kit("async"), stage.kit("sync")):
            limit = hash_limit(stage)
            with serving(subject) as server:
                done = wrk.run(
                    "login",
                    server.url(subject.login_path),
                    subject.logins,
                    connections=CONNECTIONS,
                    seconds=stage.plan.login,
                )
            results.add(
                "login",
                subject.name,
                logins=done.rps,
                hash_limit=limit,
                share=done.rps / limit,
                p50_ms=done.p50_ms,
                failures=done.failures,
            )
