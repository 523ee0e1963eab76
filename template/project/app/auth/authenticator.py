"""Authentication by access token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.auth.clock import Clock
from app.auth.errors import SessionEnded
from app.auth.identifiers import UserId
from app.auth.protocols import UserProtocol
from app.auth.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and session of a request, and when and how the user signed in."""

    user: UserProtocol
    session_id: str
    authenticated_at: datetime
    methods: tuple[str, ...]


class UserLookup(Protocol):
    """The one query of every authenticated request."""

    async def find(self, *, user_id: UserId, session_id: str, now: datetime) -> Identity | None:
        """Return the active user of a live session, or None. Raise StorageUnavailable."""
        ...


class Authenticator:
    """Reads user and session ids from the token, and checks both in the database.

    Ending a session or disabling an account therefore takes effect on the next request.
    """

    def __init__(self, tokens: Tokens, users: UserLookup, clock: Clock) -> None:
        self._tokens = tokens
        self._users = users
        self._clock = clock

    async def authenticate(self, token: str) -> Identity:
        """Raise InvalidToken, or SessionEnded if the user or session is no longer active."""
        claims = self._tokens.read_access(token)
        identity = await self._users.find(
            user_id=claims.user_id,
            session_id=claims.session_id,
            now=self._clock(),
        )
        if identity is None:
            raise SessionEnded
        return identity
