"""The tests of a render still run after a team adds pytest plugins and breakpoints."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from support.commands import Finished, attempt, run
from support.matrix import Cell

# Variables for access to the package index.
INDEX = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_", "UV_")
TESTS = ("tests/routes", "tests/test_clients.py", "tests/auth/fastapi/test_me.py")
NOISY = {
    "pyproject.toml": """\
[project]
name = "pytest-noisy"
version = "1.0"
[project.entry-points.pytest11]
noisy = "pytest_noisy"
[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
[tool.uv.build-backend]
module-root = ""
""",
    "pytest_noisy/__init__.py": """\
import warnings
import pytest
warnings.warn("imported", DeprecationWarning)
def pytest_configure(config):
    warnings.warn(pytest.PytestDeprecationWarning("configured"))
    config.issue_config_time_warning(pytest.PytestConfigWarning("configured"), 1)
def pytest_runtest_setup(item):
    warnings.warn("set up", PendingDeprecationWarning)
""",
}
MARKED = """\
import asyncio
import pytest

@pytest.mark.asyncio
async def test_of_the_team(signed_in_client) -> None:
    await asyncio.sleep(0)
    response = await signed_in_client.get("/notes")
    assert response.status_code == 200
"""
STOPPING = """\
async def test_that_stops(client) -> None:
    number = 7
    breakpoint()
    assert number == 7
"""
CAREFUL = """\
from app.main import old

def test_that_warns() -> None:
    old()
"""
OLD = """


def old() -> None:
    warnings.warn("this is old", DeprecationWarning, stacklevel=1)
"""


@pytest.fixture(
    scope="module",
    params=[Cell(), Cell("sync", "sqlite", "cookie")],
    ids=str,
)
def project(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A render in its own environment with added plugins."""
    folder = tmp_path_factory.mktemp("plugins")
    project = Path(copytree(render(request.param), folder / "project"))
    for name, content in NOISY.items():
        file = folder / "noisy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    run("uv", "add", "--quiet", "--dev", "pytest-asyncio", cwd=project, env=index())
    run("uv", "add", "--quiet", "--dev", "../noisy", cwd=project, env=index())
    return project


@pytest.fixture
def write(project: Path) -> Iterator[Callable[[str], str]]:
    """Add a test of the team and return its file, which is deleted afterwards."""
    file = project / "tests/routes/test_of_the_team.py"

    def write_test(code: str) -> str:
        file.write_text(code)
        return str(file.relative_to(project))

    yield write_test
    file.unlink()


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_team_may_install_pytest_asyncio(project: Path, mode: str) -> None:
    """`strict` is the plugin's default. In both modes, AnyIO runs the tests of the template."""
    finished = pytest_in(project, *TESTS, f"--override-ini=asyncio_mode={mode}")

    assert finished.code == 0, finished.report()
    assert "asyncio" in finished.output


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_coroutine_may_be_marked_for_pytest_asyncio(
    project: Path, write: Callable[[str], str], mode: str
) -> None:
    code = MARKED if is_async(project) else MARKED.replace("await signed_in", "signed_in")
    test = write(code)

    finished = pytest_in(project, test, f"--override-ini=asyncio_mode={mode}")

    assert finished.code == 0, finished.report()
    assert "1 passed" in finished.output


def test_plugin_may_use_what_is_deprecated(project: Path) -> None:
    finished = pytest_in(project, "tests/routes")

    assert finished.code == 0, finished.report()
    assert "set up" in finished.output


def test_warning_about_the_projects_code_fails(project: Path, write: Callable[[str], str]) -> None:
    code = project / "app/main.py"
    before = code.read_text()
    test = write(CAREFUL)
    code.write_text(before.replace("\n\n", "\n\nimport warnings\n", 1) + OLD)
    try:
        finished = pytest_in(project, test)
    finally:
        code.write_text(before)

    assert "DeprecationWarning: this is old" in finished.output
    assert finished.code == 1, finished.report()


def test_breakpoint_stops(project: Path, write: Callable[[str], str]) -> None:
    code = STOPPING if is_async(project) else STOPPING.removeprefix("async ")
    test = write(code)

    finished = pytest_in(project, test, answers="p number * 6\ncontinue\n")

    assert finished.code == 0, finished.report()
    assert "(Pdb) 42" in finished.output


def test_unselected_tests_run_in_two_processes(project: Path) -> None:
    whole = pytest_in(project, "--override-ini=testpaths=tests/routes")
    named = pytest_in(project, "tests/routes")

    assert (whole.code, named.code) == (0, 0), whole.report() + named.report()
    assert "2 workers" in whole.output
    assert "workers" not in named.output


def is_async(project: Path) -> bool:
    return (project / "tests/sync_client.py").exists()


def pytest_in(project: Path, *arguments: str, answers: str = "") -> Finished:
    command = ("uv", "run", "--quiet", "pytest", *arguments)
    return attempt(*command, cwd=project, env=index(), answers=answers)


def index() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.upper().startswith(INDEX)}
