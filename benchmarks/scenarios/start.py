"""Cold start: from the command to the first response of GET me, including a connection."""

from benchmarks.results import Results
from benchmarks.servers import serving
from benchmarks.stage import Stage


def run(stage: Stage, results: Results) -> None:
    subjects = (
        *(stage.yardstick("bare_db"), stage.yardstick("bare_db_sync")),
        *(stage.kit("async"), stage.kit("sync")),
    )
    for subject in subjects:
        with serving(subject):
            pass  # the very first start compiles modules
    for _ in range(stage.plan.starts):
        for subject in subjects:
            with serving(subject) as server:
                results.add("cold start", subject.name, start_ms=server.start_ms)
