"""What must hold in every render: one function per property, each raising with the output."""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

from support.commands import module, run

# Loaded by name (a driver from the URL, the server, what passlib and FastAPI import when needed),
# so that no import shows their use.
NEVER_IMPORTED = (
    *("aiosqlite", "asyncmy", "asyncpg", "psycopg", "pymysql", "cryptography"),
    *("argon2-cffi", "bcrypt", "email-validator", "python-multipart"),
)
# FastAPI and pydantic are built on these, and document their use.
EXPECTED_BENEATH = ("pydantic_core", "starlette")
# The `alembic` command in one process: three starts would take three times as long.
MIGRATIONS = """\
from alembic.config import main
for command in (["upgrade", "head"], ["check"], ["downgrade", "base"]):
    main(argv=command, prog="alembic")
"""
OWN_TEST_PLUGINS = ("anyio.pytest_plugin", "pytest_cov.plugin", "xdist.plugin")


def is_formatted(project: Path) -> None:
    run(*module("ruff", "format", "--check", "--diff", "--no-cache", "."), cwd=project)


def is_linted(project: Path) -> None:
    run(*module("ruff", "check", "--no-cache", "."), cwd=project)


def is_typed(project: Path, cache: Path) -> None:
    run(*module("mypy", "--cache-dir", str(cache)), cwd=project)


def migrates(project: Path, database_url: str) -> None:
    """The migrations lead to exactly the models, and back to nothing."""
    run(sys.executable, "-c", MIGRATIONS, cwd=project, env={"DATABASE_URL": database_url})


def passes_its_tests(project: Path, env: Mapping[str, str]) -> None:
    command, own = own_tests()
    run(*command, cwd=project, env={**own, **env})


def own_tests(*arguments: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the command that runs a project's own tests in one process, and its environment."""
    plugins = [option for plugin in OWN_TEST_PLUGINS for option in ("-p", plugin)]
    command = module("pytest", "-q", "-n0", "-p", "no:cacheprovider", *plugins, *arguments)
    return command, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def declares_what_it_imports(project: Path) -> None:
    """No dependency is missing, and none is left over."""
    ignored = f"DEP002={'|'.join(NEVER_IMPORTED)},DEP003={'|'.join(EXPECTED_BENEATH)}"
    run(*module("deptry", ".", "--no-ansi", "--per-rule-ignores", ignored), cwd=project)


def python_files(project: Path) -> dict[Path, ast.Module]:
    """Return the render's modules, parsed, by their path in the project."""
    return {
        file.relative_to(project): ast.parse(file.read_text())
        for file in sorted(project.rglob("*.py"))
    }
