# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Exchange refresh tokens, each for one successor, and notice a stolen one."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil

from app.auth.clock import Clock
from app.auth.errors import SessionEnded
from app.auth.events import EventName, EventRecorder
from app.auth.protocols import Repositories, SessionProtocol, Transactions
from app.auth.settings import AuthSettings
from app.auth.tokens import RefreshClaims, TokenPair, Tokens


@dataclass(frozen=True, slots=True)
class Rotation:
    """A session counts its generations, and each has exactly one refresh token.

    Of concurrent callers with one token, one steps the session on, and the others get the same
    successor for `refresh_grace_seconds`. A token that is older than that is proof of theft and
    ends the session (RFC 9700, section 4.14).
    """

    settings: AuthSettings
    tokens: Tokens
    transactions: Transactions
    clock: Clock
    events: EventRecorder

    async def exchange(self, refresh_token: str) -> TokenPair:
        """Return the tokens of the next generation. Raise InvalidToken, SessionEnded."""
        claims = self.tokens.read_refresh(refresh_token)
        session = await self.transactions.run(partial(self._step, claims))
        if session is None:
            session = await self._judge_superseded(claims)
            return await self.token_pair(session, reason="refresh_repeated")
        return await self.token_pair(session, reason="refresh")

    async def token_pair(self, session: SessionProtocol, *, reason: str) -> TokenPair:
        """Derive the tokens of a session's generation; the refresh token is always the same."""
        access_token = await self.tokens.issue_access(
            user_id=session.user_id,
            session_id=session.id,
        )
        remaining = session.idle_expires_at - self.clock()
        self.events.record(
            EventName.TOKEN_CREATED,
            user_id=session.user_id,
            session_id=session.id,
            reason=reason,
        )
        return TokenPair(
            access_token=access_token,
            refresh_token=self.tokens.issue_refresh(
                session_id=session.id,
                generation=session.generation,
                issued_at=session.rotated_at,
                expires_at=session.idle_expires_at,
                kid=session.kid,
            ),
            expires_in=int(self.settings.access_lifetime.total_seconds()),
            refresh_expires_in=max(0, ceil(remaining.total_seconds())),
        )

    async def _step(
        self,
        claims: RefreshClaims,
        store: Repositories,
    ) -> SessionProtocol | None:
        now = self.clock()
        # The first statement of the transaction: whoever reads first lets several callers win.
        rotated = await store.sessions.rotate(
            claims.session_id,
            claims.generation,
            now=now,
            idle_expires_at=now + self.settings.idle_lifetime,
            kid=self.tokens.kid,
        )
        if not rotated:
            return None
        session = await store.sessions.get_of_active_user(claims.session_id)
        if session is None:
            await store.sessions.revoke(claims.session_id, now=now, reason="user_inactive")
            return None
        return session

    async def _judge_superseded(self, claims: RefreshClaims) -> SessionProtocol:
        session = await self.transactions.run(
            lambda store: store.sessions.get(claims.session_id),
        )
        now = self.clock()
        if session is None or has_ended(session, now):
            raise SessionEnded
        if claims.generation >= session.generation:
            raise SessionEnded  # the database is older than the token: a restored backup, no theft
        direct_predecessor = claims.generation + 1 == session.generation
        age = now - session.rotated_at
        if direct_predecessor and self.settings.refresh_grace and age < self.settings.refresh_grace:
            return session
        revoked = await self.transactions.run(
            lambda store: store.sessions.revoke(claims.session_id, now=now, reason="reuse"),
        )
        if revoked:  # of many that replay at once, one reports it
            self.events.record(
                EventName.TOKEN_REUSE,
                outcome="failure",
                user_id=session.user_id,
                session_id=session.id,
            )
        raise SessionEnded


def has_ended(session: SessionProtocol, now: datetime) -> bool:
    """Tell whether a session was revoked, lay idle too long or reached its absolute end."""
    ends_at = min(session.idle_expires_at, session.absolute_expires_at)
    return session.revoked_at is not None or ends_at <= now


# {% endcall %}
