"""The machine and the versions of a benchmark run."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

NAMED = ("fastapi", "sqlalchemy", "uvicorn", "asyncpg", "psycopg", "pyjwt")


def describe(postgresql: str) -> dict[str, str]:
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "Python": platform.python_version(),
        "PostgreSQL": postgresql.split()[0],
        **{name: version(name) for name in NAMED},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
