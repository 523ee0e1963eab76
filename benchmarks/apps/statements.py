"""Hand-written statements of a refresh."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    MetaData,
    String,
    Table,
    bindparam,
    select,
    update,
)

metadata = MetaData()
users = Table("users", metadata, Column("id", BigInteger), Column("is_active", Boolean))
sessions = Table(
    "auth_session",
    metadata,
    Column("id", String),
    Column("user_id", BigInteger),
    Column("generation", BigInteger),
    Column("rotated_at", BigInteger),
)
STEP = (
    update(sessions)
    .where(
        sessions.c.id == bindparam("session"),
        sessions.c.generation == bindparam("old"),
    )
    .values(generation=bindparam("new"), rotated_at=bindparam("now"))
)
READ = select(sessions.c.id, sessions.c.generation, users.c.is_active).join_from(
    sessions,
    users,
    users.c.id == sessions.c.user_id,
)
READ = READ.where(sessions.c.id == bindparam("session"))


class Refresh(BaseModel):
    refresh_token: str


class Tokens(BaseModel):
    access_token: str
    refresh_token: str


def parameters(token: str, now: int) -> dict[str, Any]:
    """Return the parameters for a "token", which is `id.generation`. Nothing is signed."""
    session, _, generation = token.partition(".")
    return {"session": session, "old": int(generation), "new": int(generation) + 1, "now": now}


def answer(row: Any) -> Tokens:
    return Tokens(access_token="", refresh_token=f"{row.id}.{row.generation}")
