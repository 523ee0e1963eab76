"""Checks for every render. Each function raises with the output if its property does not hold."""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

from support.commands import module, run

# Loaded by name: drivers, the server, and packages that passlib and FastAPI import when needed.
# No import statement shows their use.
NEVER_IMPORTED = (
    *("aiosqlite", "asyncmy", "asyncpg", "psycopg", "pymysql", "cryptography"),
    *("argon2-cffi", "bcrypt", "email-validator", "python-multipart", "uvicorn"),
)
# FastAPI and pydantic depend on these and document their use.
EXPECTED_BENEATH = ("pydantic_core", "starlette")
# Imported where a setting asks for them, which says how to add them.
OPTIONAL = ("redis",)
# Three `alembic` commands in one process, because each start takes long.
MIGRATIONS = """\
from alembic.config import main
for command in (["upgrade", "head"], ["check"], ["downgrade", "base"]):
    main(argv=command, prog="alembic")
"""
OWN_TEST_PLUGINS = ("anyio.pytest_plugin", "pytest_cov.plugin", "xdist.plugin")
# Without the plugins that only this repository uses, and without a cache in a shared render.
OWN_TEST_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "RUFF_NO_CACHE": "true"}

# The own tests that a documented edit, or a merge with one, can break.
TESTS_NEAR_EDITS = (
    *("tests/routes", "tests/test_migrations.py", "tests/test_models.py"),
    *("tests/auth/fastapi/test_me.py", "tests/auth/fastapi/test_login.py"),
)


def is_formatted(project: Path) -> None:
    run(*module("ruff", "format", "--check", "--diff", "--no-cache", "."), cwd=project)


def is_linted(project: Path) -> None:
    run(*module("ruff", "check", "--no-cache", "."), cwd=project)


def is_typed(project: Path, cache: Path) -> None:
    run(*module("mypy", "--cache-dir", str(cache)), cwd=project)


def migrates(project: Path, database_url: str) -> None:
    """The migrations match the models and can be undone completely."""
    run(sys.executable, "-c", MIGRATIONS, cwd=project, env={"DATABASE_URL": database_url})


def passes_its_tests(project: Path, env: Mapping[str, str], *files: str) -> str:
    """Run a project's own tests, or some of their files, in one process. Return the output."""
    command = module("pytest", *own_tests(*files))
    return run(*command, cwd=project, env={**OWN_TEST_ENVIRONMENT, **env})


def own_tests(*arguments: str) -> list[str]:
    """Return the pytest arguments that run a project's own tests in one process."""
    plugins = [option for plugin in OWN_TEST_PLUGINS for option in ("-p", plugin)]
    return ["-q", "-n0", "-p", "no:cacheprovider", *plugins, *arguments]


def declares_what_it_imports(project: Path) -> None:
    """No dependency is missing, and none is unused."""
    rules = {"DEP002": NEVER_IMPORTED, "DEP003": EXPECTED_BENEATH, "DEP004": OPTIONAL}
    ignored = ",".join(f"{rule}={'|'.join(packages)}" for rule, packages in rules.items())
    # The clients run in other projects.
    command = ("deptry", ".", "--no-ansi", "--extend-exclude", "clients")
    run(*module(*command, "--per-rule-ignores", ignored), cwd=project)


def python_files(project: Path) -> dict[Path, ast.Module]:
    """Return the parsed modules of a render by their path in the project."""
    return {
        file.relative_to(project): ast.parse(file.read_text())
        for file in sorted(project.rglob("*.py"))
    }
