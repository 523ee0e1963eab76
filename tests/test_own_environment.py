"""A render in an environment of its own has all it needs, at the oldest versions it allows too."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.commands import run
from support.matrix import Cell

# What touches every dependency without a database server: start-up, commands, and a few tests.
TESTS = tuple(
    f"tests/auth/test_{name}.py" for name in ("hashing", "key_files", "settings", "tokens")
)
# How this machine reaches its package index.
INDEX = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_", "UV_")


@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
@pytest.mark.parametrize(
    "cell",
    [Cell(), Cell("sync", "postgresql", "header", "argon2id"), Cell("async", "mysql", "cookie")],
    ids=str,
)
def test_locked_environment_is_complete(
    cell: Cell,
    resolution: str,
    editable: Callable[[Cell], Path],
) -> None:
    project = editable(cell)
    index = {name: value for name, value in os.environ.items() if name.upper().startswith(INDEX)}
    run("uv", "lock", "--quiet", "--resolution", resolution, cwd=project, env=index)

    def run_locked(*command: str) -> None:
        locked = ("uv", "run", "--quiet", "--resolution", resolution, "--locked")
        run(*locked, *command, cwd=project, env=index)

    run_locked("python", "-c", "import app.asgi")
    run_locked("manage", "generate-secret")
    run_locked("ruff", "check", ".")
    run_locked("mypy", "app")
    run_locked("pytest", "-q", *TESTS)
