"""Renders for the benchmarks, and their settings."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import copier

from benchmarks import databases

ROOT = Path(__file__).parents[1]
# As in production, but over plain HTTP and without rate limits, because all loads come from one
# address.
SETTINGS = {
    "ENVIRONMENT": "production",
    "AUTH_LIMIT_LOGIN": "1000000/second",
    "AUTH_LIMIT_REFRESH": "1000000/second",
    # Longer than the benchmarks take.
    "AUTH_ACCESS_MINUTES": "600",
    "AUTH_SECRET_KEY": "5d41f7cb0e9a4b1c8f6e2d7a90b3c4e85f1a6b2c7d8e9f00",
}
DRIVERS = {"async": "asyncpg", "sync": "psycopg"}
FLAVOURS = tuple(DRIVERS)


def render(folder: Path, **answers: str) -> Path:
    """Render the working tree, including uncommitted changes."""
    copier.run_copy(
        str(ROOT),
        folder,
        data=answers,
        defaults=True,
        quiet=True,
        vcs_ref="HEAD",
    )
    return folder


def settings(flavour: str, database: str) -> dict[str, str]:
    return {**SETTINGS, "DATABASE_URL": databases.url(DRIVERS[flavour], database)}


def run_in(project: Path, module: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a benchmark module with the code and settings of a render, and return its output."""
    finished = subprocess.run(
        (sys.executable, "-m", module, *arguments),
        cwd=project,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return finished.stdout
