"""A login storm on a small instance: a worker with a quarter of a processor."""

from dataclasses import replace

from benchmarks.quota import limited
from benchmarks.results import Results
from benchmarks.scenarios import storm
from benchmarks.servers import serving
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

SHARE = 0.25
# A share of one processor is used up twice as fast by two threads.
SETTINGS = {"AUTH_HASH_WORKERS": "1"}


def run(stage: Stage, results: Results) -> None:
    for _ in range(stage.plan.rounds):
        for subject in (_small(stage.kit("async")), _small(stage.kit("sync"))):
            with serving(subject) as server, limited(server.pid, SHARE):
                figures = storm.measure(subject, server, stage)
            results.add("small instance", subject.name, **figures)


def _small(subject: Subject) -> Subject:
    return replace(subject, environment={**subject.environment, **SETTINGS})
