"""A hand-written mapping of the session table of a render. A "token" is `id.generation`."""

import time
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    CursorResult,
    ForeignKey,
    Result,
    Select,
    Update,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from benchmarks.apps.tables import Base, User


class Session(Base):
    __tablename__ = "auth_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    generation: Mapped[int] = mapped_column(BigInteger)
    rotated_at: Mapped[int] = mapped_column(BigInteger)


class Refresh(BaseModel):
    refresh_token: str


class Tokens(BaseModel):
    access_token: str
    refresh_token: str


def step(token: str) -> Update:
    """Advance a session if it still has the generation of the token. Nothing is signed."""
    session, _, generation = token.partition(".")
    return (
        update(Session)
        .where(Session.id == session, Session.generation == int(generation))
        .values(generation=int(generation) + 1, rotated_at=time.time_ns() // 1_000_000)
    )


def read(token: str) -> Select[Session, User]:
    session = token.partition(".")[0]
    return (
        select(Session, User)
        .join_from(Session, User, User.id == Session.user_id)
        .where(Session.id == session)
        .execution_options(populate_existing=True)
    )


def matched(result: Result[Any]) -> int:
    """Return how many rows an UPDATE matched."""
    return cast(CursorResult[Any], result).rowcount


def answer(session: Session) -> Tokens:
    return Tokens(access_token="", refresh_token=f"{session.id}.{session.generation}")
