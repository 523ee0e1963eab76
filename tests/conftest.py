"""Fixtures and reporting of the template's own tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest
from pytest_copier.plugin import CopierFixture

pytest.register_assert_rewrite("support")

from support import databases, fix, team, templates, updating  # noqa: E402
from support.matrix import Cell  # noqa: E402


@pytest.fixture(scope="session")
def copier_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pytest-copier's template: ours, with what is not committed yet and without caches."""
    return templates.snapshot(tmp_path_factory.mktemp("template"), "99.99.99")


@pytest.fixture(scope="session")
def render(
    copier_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sessionpatch: pytest.MonkeyPatch,
) -> Callable[[Cell], Path]:
    """Render a cell once a session; tests that edit a render take `editable` instead."""
    copier = CopierFixture(copier_template, {}, sessionpatch)

    @cache
    def render_once(cell: Cell) -> Path:
        folder = tmp_path_factory.mktemp("renders") / str(cell)
        return copier.copy(folder, **cell.answers).path

    return render_once


@pytest.fixture
def editable(render: Callable[[Cell], Path], tmp_path: Path) -> Callable[[Cell], Path]:
    """Return a render of its own to the test that changes it."""
    return lambda cell: Path(copytree(render(cell), tmp_path / str(cell)))


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with two released versions: as it is, and with a typical fix."""
    repository = templates.snapshot(tmp_path_factory.mktemp("history"), fix.BEFORE)
    fix.apply(repository / "template/project")
    return templates.release(repository, fix.AFTER)


@pytest.fixture(scope="session")
def released(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Render a version of `history` once a session, in a repository of its own, to compare with."""

    @cache
    def render_version(version: str, cell: Cell) -> Path:
        folder = tmp_path_factory.mktemp("released") / f"{cell}-{version}"
        return updating.created(history, folder, version, cell)

    return render_version


@pytest.fixture
def edited(released: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Return a project that a team has worked on and committed, of the older version by default."""

    def work_on(cell: Cell, version: str = fix.BEFORE) -> Path:
        project = Path(copytree(released(version, cell), tmp_path / f"{cell}-{version}"))
        team.work_on(project, cell)
        return updating.committed(project)

    return work_on


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[Callable[[Cell], str]]:
    """Create an empty database for a cell and return its URL; it is dropped after the test."""
    with ExitStack() as stack:
        yield lambda cell: stack.enter_context(databases.temporary(cell, tmp_path))


@pytest.fixture(scope="session")
def type_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mypy's cache, shared by the renders that one worker checks."""
    return tmp_path_factory.mktemp("mypy")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded: lines for cells and updates, look-alike names, and sabotages."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for title in ("matrix", "identity", "sabotages", "updates"):
        texts = sorted(recorded(report, title) for report in reports)
        if any(texts):
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(filter(None, texts)))


def recorded(report: object, title: str) -> str:
    """Return what a test recorded for a section of the summary, if it did."""
    return str(dict(getattr(report, "user_properties", ())).get(title, ""))
