"""A render in its own environment works, also with the oldest allowed dependencies."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import depth
from support.commands import run
from support.interpreters import PYTHONS, interpreter
from support.matrix import Cell

HEADERS = Cell("sync", "postgresql", "header", "argon2id")
COOKIES = Cell("async", "mysql", "cookie")
OLDEST = "lowest-direct"
# Every Python version, and the oldest dependencies with every database.
ENVIRONMENTS = (
    (Cell(), "3.11", OLDEST),
    (HEADERS, "3.11", OLDEST),
    (COOKIES, "3.11", OLDEST),
    (Cell(), "3.13", "highest"),
    (HEADERS, "3.12", "highest"),
    (COOKIES, "3.13", "highest"),
    (Cell(), "3.14", "highest"),
)
# Tests that use every dependency without a database server.
TESTS = tuple(
    f"tests/auth/test_{name}.py" for name in ("hashing", "key_files", "settings", "tokens")
)
# Variables for access to the package index.
INDEX = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_", "UV_")


@pytest.mark.parametrize(("cell", "python", "resolution"), ENVIRONMENTS, ids=str)
def test_locked_environment_is_complete(
    cell: Cell,
    python: str,
    resolution: str,
    editable: Callable[[Cell], Path],
    pytestconfig: pytest.Config,
) -> None:
    found = interpreter(python)
    project = editable(cell)
    index = {name: value for name, value in os.environ.items() if name.upper().startswith(INDEX)}
    env = {**index, "UV_PYTHON": found}
    run("uv", "lock", "--quiet", "--resolution", resolution, cwd=project, env=env)

    def run_locked(*command: str) -> str:
        locked = ("uv", "run", "--quiet", "--resolution", resolution, "--locked")
        return run(*locked, *command, cwd=project, env=env)

    version = run_locked("python", "-c", "import app.asgi, sys; print(sys.version)")
    assert version.startswith(f"{python}.")
    run_locked("manage", "generate-secret")
    run_locked("ruff", "check", ".")
    # Between the oldest dependencies and the newest Python, types hardly differ.
    if depth.is_full(pytestconfig) or resolution == OLDEST or python == PYTHONS[-1]:
        run_locked("mypy", "app")
    run_locked("pytest", "-q", *TESTS)


def test_every_version_of_python_is_tried() -> None:
    assert {python for _, python, _ in ENVIRONMENTS} == set(PYTHONS)
