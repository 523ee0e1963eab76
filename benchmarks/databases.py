"""Temporary PostgreSQL databases for the benchmarks."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

SERVER = os.environ.get("BENCHMARK_POSTGRESQL_SERVER", "postgres@127.0.0.1:5432")


def require() -> str:
    """Return the version of the server, or exit if it does not answer."""
    try:
        return str(execute("postgres", "SHOW server_version")[0][0])
    except psycopg.OperationalError as error:
        raise SystemExit(
            f"No PostgreSQL server answers at {SERVER}. Start one, or set "
            f"BENCHMARK_POSTGRESQL_SERVER to user:password@host:port.\n{error}"
        ) from None


@contextmanager
def temporary(name: str) -> Iterator[str]:
    """Create an empty database, yield its name, and drop it."""
    unique = f"benchmark_{name}_{secrets.token_hex(4)}"
    execute("postgres", f"CREATE DATABASE {unique}")
    try:
        yield unique
    finally:
        execute("postgres", f"DROP DATABASE {unique} WITH (FORCE)")


def url(driver: str, name: str) -> str:
    """Return the SQLAlchemy URL of a database."""
    return f"postgresql+{driver}://{SERVER}/{name}"


def execute(name: str, *statements: str) -> list[tuple[object, ...]]:
    """Run and commit each statement, and return the rows of the last one."""
    with psycopg.connect(f"postgresql://{SERVER}/{name}", autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
