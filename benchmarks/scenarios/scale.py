"""me, login and refresh with tables of several sizes."""

from contextlib import ExitStack

from benchmarks import wrk
from benchmarks.preparation import filled
from benchmarks.results import Results
from benchmarks.scenarios import me, refresh
from benchmarks.servers import Server, serving
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

LOGINS_AT_ONCE = 2


def run(stage: Stage, results: Results) -> None:
    with ExitStack() as stack:
        project = stage.projects["async"]
        tables = {
            size: stack.enter_context(filled(project, stage.folder, size))
            for size in stage.plan.sizes
        }
        for _ in range(stage.plan.rounds):
            for size, table in tables.items():
                subject = stage.kit("async", table, name=size_name(size))
                refresh.rewind(table)
                with serving(subject) as server:
                    results.add("scale", subject.name, **measure(subject, server, stage))


def measure(subject: Subject, server: Server, stage: Stage) -> dict[str, float]:
    """Return the milliseconds per request of the server, including its database."""
    me.load(subject, server, connections=16, seconds=me.WARM_UP)
    looked = me.load(subject, server, connections=16, seconds=stage.plan.load)
    logged_in = wrk.run(
        "login",
        server.url(subject.login_path),
        subject.logins,
        connections=LOGINS_AT_ONCE,
        seconds=stage.plan.login,
    )
    refreshed = refresh.load(
        subject,
        server,
        turn=0,
        connections=16,
        seconds=stage.plan.refresh,
    )
    return {
        "me_ms": 1e3 / looked.rps,
        "login_ms": 1e3 / logged_in.rps,
        "refresh_ms": 1e3 / refreshed.rps,
    }


def size_name(size: int) -> str:
    return f"{size:_} users".replace("_", " ")
