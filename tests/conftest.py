"""Fixtures and reporting of the template's own tests."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, Page
from pytest_copier.plugin import CopierFixture

pytest.register_assert_rewrite("support")

from support import (  # noqa: E402
    browsers,
    checks,
    databases,
    depth,
    fix,
    quick_copier,
    team,
    templates,
    updating,
    whole_records,
)
from support.matrix import Cell  # noqa: E402
from support.once import made_once  # noqa: E402

# Applications with tests of their own. test_moving_in.py runs them.
collect_ignore = ["foreign"]


def pytest_addoption(parser: pytest.Parser) -> None:
    depth.add_option(parser)
    parser.addoption("--real-uv", action="store_true", help="follow docs/tutorial.md with uv")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    depth.deselect(config, items)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of this session share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def copier_template(shared: Path) -> Path:
    """The template for pytest-copier, with uncommitted changes and without caches."""
    return made_once(shared / "template", lambda folder: templates.snapshot(folder, "99.99.99"))


@pytest.fixture(scope="session", autouse=True)
def copier_is_quick(sessionpatch: pytest.MonkeyPatch) -> None:
    quick_copier.install(sessionpatch)


@pytest.fixture(scope="session")
def render(
    copier_template: Path,
    shared: Path,
    sessionpatch: pytest.MonkeyPatch,
) -> Callable[[Cell], Path]:
    """Render a cell once per session. Tests that edit a render use `editable` instead."""
    copier = CopierFixture(copier_template, {}, sessionpatch)

    def render_once(cell: Cell) -> Path:
        return made_once(
            shared / "renders" / str(cell),
            lambda folder: copier.copy(folder, **cell.answers),
        )

    return render_once


@pytest.fixture(scope="session")
def whole_records_from(
    render: Callable[[Cell], Path],
    shared: Path,
) -> Callable[[Cell], Path]:
    """Run the own tests of a render, once per session, and return the folder of their records."""

    def test(cell: Cell, folder: Path) -> None:
        folder.mkdir()
        with databases.temporary(cell, folder) as url:
            env = {"TEST_DATABASE_URL": url, **whole_records.plugin(folder)}
            checks.passes_its_tests(render(cell), env)

    return lambda cell: made_once(shared / "tested" / str(cell), partial(test, cell))


@pytest.fixture(scope="session")
def tested(
    render: Callable[[Cell], Path],
    whole_records_from: Callable[[Cell], Path],
) -> Callable[[Cell], Path]:
    """Return a render whose own tests pass."""

    def test_once(cell: Cell) -> Path:
        whole_records_from(cell)
        return render(cell)

    return test_once


@pytest.fixture(scope="session")
def near_edits(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Return the own tests to run in an edited project: all, or those that teams' edits affect."""
    return () if depth.is_full(pytestconfig) else checks.TESTS_NEAR_EDITS


@pytest.fixture
def editable(render: Callable[[Cell], Path], tmp_path: Path) -> Callable[[Cell], Path]:
    """Return a copy of a render for a test that changes it."""
    return lambda cell: Path(copytree(render(cell), tmp_path / str(cell)))


@pytest.fixture(scope="session")
def history(shared: Path) -> Path:
    """The template with two released versions: the current state, and a typical fix."""

    def release_both(repository: Path) -> None:
        templates.snapshot(repository, fix.BEFORE)
        fix.apply(repository / "template/project")
        templates.release(repository, fix.AFTER)

    return made_once(shared / "history", release_both)


@pytest.fixture(scope="session")
def released(history: Path, shared: Path) -> Callable[..., Path]:
    """Render a version of `history` once per session, in its own repository."""

    def render_version(version: str, cell: Cell) -> Path:
        return made_once(
            shared / "released" / f"{cell}-{version}",
            lambda folder: updating.created(history, folder, version, cell),
        )

    return render_version


@pytest.fixture
def edited(released: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Return a project that a team has edited and committed, by default of the older version."""

    def work_on(cell: Cell, version: str = fix.BEFORE) -> Path:
        project = Path(copytree(released(version, cell), tmp_path / f"{cell}-{version}"))
        team.work_on(project, cell)
        return updating.committed(project)

    return work_on


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[Callable[[Cell], str]]:
    """Create an empty database for a cell and return its URL. It is dropped after the test."""
    with ExitStack() as stack:
        yield lambda cell: stack.enter_context(databases.temporary(cell, tmp_path))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsers.launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browsers.watched_page(browser) as page:
        yield page


@pytest.fixture(scope="session")
def type_cache(
    render: Callable[[Cell], Path],
    shared: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A mypy cache for the renders that one process checks.

    Libraries take most of the time. They are checked once, and each process copies the result.
    mypy compares contents, so it does not check a file again that another render also has.
    """
    filled = made_once(shared / "mypy", lambda folder: checks.is_typed(render(Cell()), folder))
    return Path(copytree(filled, tmp_path_factory.mktemp("mypy") / "cache"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines that tests recorded for the sections."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for title in ("matrix", "documents", "identity", "sabotages", "tutorial", "updates"):
        texts = sorted(recorded(report, title) for report in reports)
        if any(texts):
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(filter(None, texts)))
        if title == "matrix" and any(texts):
            terminalreporter.write_line(depth.summary(terminalreporter.config))


def recorded(report: object, title: str) -> str:
    """Return the text that a test recorded for a section of the summary, if any."""
    return str(dict(getattr(report, "user_properties", ())).get(title, ""))
