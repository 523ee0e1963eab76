"""PostgreSQL for the benchmarks: databases of their own, dropped at the end."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

SERVER = os.environ.get("BENCHMARK_POSTGRESQL_SERVER", "postgres@127.0.0.1:5432")


def require() -> str:
    """Return the server's version, or stop the program if it is away."""
    try:
        return str(execute("postgres", "SHOW server_version")[0][0])
    except psycopg.OperationalError as error:
        raise SystemExit(
            f"No PostgreSQL answers at {SERVER}: start one, or name yours in "
            f"BENCHMARK_POSTGRESQL_SERVER as user:password@host:port.\n{error}"
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
    """Return the address of a database as SQLAlchemy spells it."""
    return f"postgresql+{driver}://{SERVER}/{name}"


def execute(name: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements one by one, each committed at once, and return the rows of the last."""
    with psycopg.connect(f"postgresql://{SERVER}/{name}", autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
