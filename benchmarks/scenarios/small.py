"""A login storm on a small instance: a worker with a quarter of a processor."""

from benchmarks.quota import limited
from benchmarks.results import Results
from benchmarks.scenarios import storm
from benchmarks.servers import serving
from benchmarks.stage import Stage

SHARE = 0.25


def run(stage: Stage, results: Results) -> None:
    for _ in range(stage.plan.rounds):
        for subject in (stage.kit("async"), stage.kit("sync")):
            with serving(subject) as server, limited(server.pid, SHARE):
                figures = storm.measure(subject, server, stage)
            results.add("small instance", subject.name, **figures)
