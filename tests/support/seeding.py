"""Fill a render's database with users and sessions, and return the tokens of each session.

`python -m support.seeding COUNT` runs in the folder of a render, with its models, hashing and
tokens. It migrates the database first, and prints the people as JSON.
"""

import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from inspect import iscoroutine
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, insert, make_url, select

from support.commands import module, run
from support.journeys import PASSWORD

TESTS = Path(__file__).parents[1]
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
# One in this many users also has an old ended session, as in a table that is purged daily.
ENDED_EVERY = 100
LONG_AGO = timedelta(days=60)
KEY = "0" * 64  # of login attempts


@dataclass(frozen=True)
class Person:
    """A user with one live session, and the tokens that a login would return for it."""

    username: str
    user_id: int
    session_id: str
    access_token: str
    refresh_token: str


def people(project: Path, count: int, *, env: Mapping[str, str]) -> list[Person]:
    """Migrate the database from the environment and create people in it, all with PASSWORD."""
    output = run(
        *module("support.seeding", str(count)),
        cwd=project,
        env={**env, "PYTHONPATH": str(TESTS)},
    )
    return [Person(**person) for person in json.loads(output.splitlines()[-1])]


def application(name: str) -> Any:
    """Import a module of the render in the current folder."""
    sys.path[:0] = [] if "" in sys.path else [""]
    return import_module(f"app.{name}")


def fill(count: int) -> tuple[Engine, Iterator[Person]]:
    """Migrate and fill the database. Return a synchronous engine for it and the people.

    Tokens are issued while the people are iterated.
    """
    settings = application("settings").load_settings()
    application("migrate").upgrade(settings.database)
    url = make_url(settings.database.url)
    engine = create_engine(
        url.set(drivername=DRIVERS[url.get_backend_name()]),
        poolclass=NullPool,
    )
    with engine.begin() as connection:
        users = add_users(connection, count, settings.auth)
        return engine, add_sessions(connection, users, settings.auth)


def add_attempts(connection: Connection, count: int) -> None:
    """Block as many keys, the first of which is KEY; every hundredth was counted long ago."""
    now = datetime.now(UTC)
    rows = [
        {
            "key": secrets.token_hex(32) if number else KEY,
            "forgotten_at": now - LONG_AGO if number % ENDED_EVERY == 0 else now,
            "blocked_until": now + timedelta(days=1),
        }
        for number in range(count)
    ]
    connection.execute(insert(application("models").AuthThrottle), rows)


def add_users(connection: Connection, count: int, settings: Any) -> list[tuple[int, str]]:
    """Create users that share one password. Return their IDs and names."""
    user = application("models").User
    password_hash = application("auth.hashing").password_context(settings).hash(PASSWORD)
    names = [f"person{number}" for number in range(1, count + 1)]
    rows = [
        {"username": name, "email": f"{name}@example.com", "password_hash": password_hash}
        for name in names
    ]
    connection.execute(insert(user), rows)
    created = select(user.id, user.username).order_by(user.id)
    return [(user_id, username) for user_id, username in connection.execute(created)]


def add_sessions(
    connection: Connection,
    users: list[tuple[int, str]],
    settings: Any,
) -> Iterator[Person]:
    tokens = application("auth.tokens").Tokens(settings)
    now = datetime.now(UTC)

    def session(user_id: int, created_at: datetime) -> dict[str, Any]:
        return {
            **{"id": secrets.token_hex(16), "user_id": user_id, "generation": 1},
            **{"kid": tokens.kid, "methods": ("pwd",)},
            **dict.fromkeys(("created_at", "authenticated_at", "rotated_at"), created_at),
            "idle_expires_at": created_at + settings.idle_lifetime,
            "absolute_expires_at": created_at + settings.session_lifetime,
        }

    live = [session(user_id, now) for user_id, _ in users]
    ended = [session(user_id, now - LONG_AGO) for user_id, _ in users[::ENDED_EVERY]]
    connection.execute(insert(application("models").AuthSession), live + ended)
    return (person(tokens, name, row) for (_, name), row in zip(users, live, strict=True))


def person(tokens: Any, username: str, session: dict[str, Any]) -> Person:
    user_id, session_id = session["user_id"], session["id"]
    refresh_token = tokens.issue_refresh(
        session_id=session_id,
        generation=1,
        issued_at=session["rotated_at"],
        expires_at=session["idle_expires_at"],
        kid=session["kid"],
    )
    access_token = get_result(tokens.issue_access(user_id=user_id, session_id=session_id))
    return Person(username, user_id, session_id, access_token, refresh_token)


def get_result(called: Any) -> Any:
    """Return the value itself, or the result of a coroutine that does not wait."""
    if not iscoroutine(called):
        return called
    try:
        called.send(None)
    except StopIteration as finished:
        return finished.value
    raise RuntimeError("the coroutine waits for something: it needs an event loop")


if __name__ == "__main__":
    _, everybody = fill(int(sys.argv[1]))
    print(json.dumps([asdict(one) for one in everybody]))
