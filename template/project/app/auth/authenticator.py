"""From an access token to its user and session, or to an error."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.auth.clock import Clock
from app.auth.errors import SessionEnded
from app.auth.protocols import UserProtocol
from app.auth.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, and in which session."""

    user: UserProtocol
    session_id: str


class UserLookup(Protocol):
    """The one question that every authenticated request asks of the database."""

    async def find(self, *, user_id: int, session_id: str, now: datetime) -> UserProtocol | None:
        """Return the active user of a live session, else None. Raise StorageUnavailable."""
        ...


class Authenticator:
    """Trusts the token for who asks, and the database for whether that still holds.

    A logout, a disabled account and an ended session therefore count on the next request.
    """

    def __init__(self, tokens: Tokens, users: UserLookup, clock: Clock) -> None:
        self._tokens = tokens
        self._users = users
        self._clock = clock

    async def authenticate(self, token: str) -> Identity:
        """Raise InvalidToken for a bad token, SessionEnded for a good one that is revoked."""
        claims = self._tokens.read_access(token)
        user = await self._users.find(
            user_id=claims.user_id,
            session_id=claims.session_id,
            now=self._clock(),
        )
        if user is None:
            raise SessionEnded
        return Identity(user=user, session_id=claims.session_id)
