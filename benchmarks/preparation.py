"""Setup that all scenarios share; everything is removed at the end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.peers import peers
from benchmarks.plan import Plan
from benchmarks.renders import FLAVOURS, render, run_in, settings
from benchmarks.stage import Filled, Stage

PEOPLE = 1000


@contextmanager
def set_up(plan: Plan) -> Iterator[Stage]:
    """Render an async and a sync project, and fill one database for all subjects."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmarks-")))
        answers = {"database": "postgresql", "transport": "header"}
        projects = {
            flavour: render(folder / flavour, concurrency=flavour, **answers)
            for flavour in FLAVOURS
        }
        people = stack.enter_context(filled(projects["async"], folder, PEOPLE))
        yield Stage(plan, folder, projects, people, peers(people))


@contextmanager
def filled(project: Path, folder: Path, size: int) -> Iterator[Filled]:
    """Create a database with this number of users."""
    with databases.temporary(f"{size}_people") as name:
        lines = folder / name
        lines.mkdir()
        arguments = (name, str(size), str(lines))
        run_in(project, "benchmarks.people", *arguments, environment=settings("async", name))
        yield Filled(name, lines)
