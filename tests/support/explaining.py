"""Explain the plan of each query of a render on a filled database.

`python -m support.explaining COUNT` runs in the folder of a synchronous render and prints JSON:
for each query, the steps of its plan as strings.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from support.commands import module, run
from support.seeding import KEY, TESTS, Person, add_attempts, application, fill

Statement = tuple[str, Any]
STATISTICS = {
    "sqlite": ["ANALYZE"],
    "postgresql": ["ANALYZE"],
    "mysql": ["ANALYZE TABLE users, auth_session, auth_throttle"],
}


def plans(project: Path, count: int, *, env: Mapping[str, str]) -> dict[str, list[str]]:
    """Fill the database from the environment and return the plan of each query."""
    output = run(
        *module("support.explaining", str(count)),
        cwd=project,
        env={**env, "PYTHONPATH": str(TESTS)},
    )
    explained: dict[str, list[str]] = json.loads(output.splitlines()[-1])
    return explained


def queries(engine: Engine, person: Person) -> dict[str, Callable[[Session], object]]:
    """Return the queries of the render, each as a function of a session."""
    models = application("models")
    lookup = application("auth.ext.user_lookup")
    reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    check = lookup.SQLAlchemyUserLookup(reader, models.User, models.AuthSession)
    now = datetime.now(UTC)
    session_id, user_id = person.session_id, person.user_id
    email = f"{person.username}@example.com"
    end = {"now": now, "reason": "explained"}
    decay = timedelta(minutes=15)
    attempt = {"now": now, "decay": decay, "delays": [decay], "free_attempts": 5}
    step = {"now": now, "idle_expires_at": now + timedelta(days=1), "kid": "explained"}
    step |= {"ip": None, "user_agent": None}

    def users(session: Session) -> Any:
        repository = application("auth.ext.users").SQLAlchemySyncUserProtocol
        return repository(session, models.User)

    def sessions(session: Session) -> Any:
        repository = application("auth.ext.sessions").SQLAlchemySyncSessionProtocol
        return repository(session, models.AuthSession, models.User)

    def throttles(session: Session) -> Any:
        repository = application("auth.ext.throttles").SQLAlchemySyncThrottleProtocol
        return repository(session, models.AuthThrottle)

    return {
        "user by id": lambda s: users(s).get_by_id(user_id),
        "user by e-mail": lambda s: users(s).get_by_email_or_username(email),
        "user by name": lambda s: users(s).get_by_email_or_username(person.username),
        "upgrade of a hash": lambda s: users(s).replace_password_hash(user_id, old="a", new="b"),
        "session check": lambda _: asyncio.run(check.find_all([session_id], now)),
        "session by id": lambda s: sessions(s).get(session_id),
        "session of an active user": lambda s: sessions(s).get_of_active_user(session_id),
        "rotation": lambda s: sessions(s).rotate(session_id, 1, **step),
        "logout": lambda s: sessions(s).revoke(session_id, **end),
        "list of sessions": lambda s: sessions(s).list_live(user_id, now=now),
        "end of all sessions": lambda s: sessions(s).revoke_all(user_id, **end),
        "end of the others": lambda s: sessions(s).revoke_all(
            user_id, except_session_id=session_id, **end
        ),
        "purge": lambda s: sessions(s).purge(ended_before=now - timedelta(days=7), limit=50),
        "count of an attempt": lambda s: throttles(s).count(KEY, **attempt),
        "undoing of an attempt": lambda s: throttles(s).give_back(KEY, decay=decay),
        "end of all waits": lambda s: throttles(s).forget(KEY[:32]),
        "purge of attempts": lambda s: throttles(s).purge(
            forgotten_before=now - timedelta(days=7), limit=50
        ),
    }


def explain(engine: Engine, person: Person) -> dict[str, list[str]]:
    seen: list[Statement] = []

    @event.listens_for(engine, "before_cursor_execute")
    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    explained = {}
    for name, query in queries(engine, person).items():
        seen.clear()
        with Session(engine) as session:
            query(session)
        explained[name] = [step for statement in list(seen) for step in steps(engine, statement)]
    return explained


def steps(engine: Engine, statement: Statement) -> list[str]:
    prefix = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{prefix} {statement[0]}", statement[1]).mappings()
        return [", ".join(f"{key}={value}" for key, value in row.items()) for row in rows]


if __name__ == "__main__":
    filled, everybody = fill(int(sys.argv[1]))
    with filled.connect() as analyzed:
        add_attempts(analyzed, int(sys.argv[1]))
        for command in STATISTICS[filled.dialect.name]:
            analyzed.execute(text(command))
        analyzed.commit()
    print(json.dumps(explain(filled, next(everybody))))
