"""Run the own tests of renders in forks of a process that has loaded their libraries.

Loading the libraries takes longer than running most test files.
The whole run of a cell uses the command of its owners, `checks.passes_its_tests`.
"""

import gc
import os
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support import checks, commands
from support.commands import Finished
from support.templates import ROOT

# Only third-party packages, as each child imports `app` from its render.
LIBRARIES = [
    *("alembic.command", "anyio._backends._asyncio", "execnet", "fastapi.staticfiles"),
    *("fastapi.middleware.cors", "fastapi.testclient", "httpx2", "jwt", "limits"),
    *("passlib.handlers.bcrypt", "pydantic.v1", "pydantic_settings", "pytest", "_pytest.unittest"),
    *("sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.ext.asyncio", "typer", "uvicorn"),
    "zxcvbn",
]
OWN_PATHS = {"", str(ROOT), str(ROOT / "tests")}


def own_tests(project: Path, env: Mapping[str, str], *options: str) -> Finished:
    """Run own tests of a render and return their result and output."""
    arguments = checks.own_tests(*options)
    with TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        child = server().Process(target=run_pytest, args=(project, env, arguments, output))
        child.start()
        child.join(commands.TIMEOUT_SECONDS)
        if child.exitcode is None:
            child.kill()
            child.join()
        assert child.exitcode is not None
        text = output.read_text(errors="replace")
    return Finished(f"pytest {' '.join(arguments)}", child.exitcode, text)


@cache
def server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    return context


def run_pytest(
    project: Path,
    env: Mapping[str, str],
    arguments: list[str],
    output: Path,
) -> None:
    """Run pytest like `python -m pytest` in the folder of the render."""
    gc.freeze()  # pytest collects garbage at its end, and must not search the libraries
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.chdir(project)
    variables = commands.environment({**checks.OWN_TEST_ENVIRONMENT, **env})
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:] = [str(project), *(path for path in sys.path if path not in OWN_PATHS)]
    sys.exit(int(pytest.main(arguments)))
