"""Any number of users and sessions, and the tokens of a thousand of them.

Run `python -m benchmarks.people NAME COUNT FOLDER` in the folder of an async render. It uses the
migrations, hashing and tokens of the render. SQL creates the rows, a million in a minute.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import jwt

from benchmarks import databases

PASSWORD = "correct horse battery staple"
# The number of sessions that loads use, spread over the table.
ASKING = 1000
SESSION_ID = "md5('session ' || n)"


@dataclass(frozen=True)
class Moments:
    """Start and end of all sessions, in milliseconds as in the database."""

    begin: int
    idle_end: int
    end: int


def fill(name: str, count: int, settings: Any) -> Moments:
    """Create users and sessions in a migrated, empty database. Every user has PASSWORD."""
    tokens = application("auth.tokens").Tokens(settings)
    hashed = application("auth.hashing").password_context(settings).hash(PASSWORD)
    begin = int(datetime.now(UTC).timestamp()) * 1000
    moments = Moments(
        begin,
        begin + settings.refresh_days * 86_400_000,
        begin + settings.session_days * 86_400_000,
    )
    databases.execute(
        name,
        f"""INSERT INTO users (email, email_key, username, username_key, password_hash,
            is_active, is_staff, is_superuser, created_at)
            SELECT 'person' || n || '@example.com', 'person' || n || '@example.com', 'person' || n,
            'person' || n, '{hashed}', true, false, false, {begin}
            FROM generate_series(1, {count}) AS n""",
        f"""INSERT INTO auth_session (id, user_id, generation, kid, created_at, authenticated_at,
            methods, rotated_at, idle_expires_at, absolute_expires_at)
            SELECT {SESSION_ID}, n, 1, '{tokens.kid}', {begin}, {begin}, 'pwd', {begin},
            {moments.idle_end}, {moments.end} FROM generate_series(1, {count}) AS n""",
        "VACUUM ANALYZE",
        "CHECKPOINT",
    )
    return moments


def write_lines(name: str, count: int, settings: Any, moments: Moments, folder: Path) -> None:
    """Write the files that loads read: logins, and tokens of a render and of the baselines."""
    tokens = application("auth.tokens").Tokens(settings)
    step = max(1, count // ASKING)
    sessions = databases.execute(
        name,
        f"SELECT n, {SESSION_ID} FROM generate_series(1, {count}, {step}) AS n",
    )
    users = [user_id for user_id, _ in sessions]
    access = asyncio.run(_access_tokens(tokens, sessions))
    refresh = (
        tokens.issue_refresh(
            session_id=id,
            generation=1,
            issued_at=datetime.fromtimestamp(moments.begin / 1000, UTC),
            expires_at=datetime.fromtimestamp(moments.idle_end / 1000, UTC),
            kid=tokens.kid,
        )
        for _, id in sessions
    )
    logins = ({"username_or_email": f"person{user}", "password": PASSWORD} for user in users)
    raw = (
        jwt.encode(
            {"sub": str(user), "sid": id, "exp": moments.idle_end // 1000},
            settings.secret_key.get_secret_value(),
        )
        for user, id in sessions
    )
    write(folder / "access", access)
    write(folder / "raw", raw)
    write(folder / "refresh", refresh)
    write(folder / "by_hand", (f"{id}.1" for _, id in sessions))
    write(folder / "logins", ["application/json", *map(json.dumps, logins)])


async def _access_tokens(tokens: Any, sessions: list[tuple[Any, ...]]) -> list[str]:
    return [await tokens.issue_access(user_id=user, session_id=id) for user, id in sessions]


def write(path: Path, lines: Sequence[str] | Iterator[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def application(name: str) -> Any:
    """Import a module of the render from the current folder."""
    return import_module(f"app.{name}")


def main(name: str, count: int, folder: Path) -> None:
    settings = application("settings").load_settings()
    application("migrate").upgrade(settings.database)
    moments = fill(name, count, settings.auth)
    write_lines(name, count, settings.auth, moments, folder)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
