# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Exchange each refresh token for one successor, and detect stolen ones."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.auth.addresses import smallest_network
from app.auth.errors import SessionEnded
from app.auth.events import EventName
from app.auth.login import Client
from app.auth.protocols import Repositories, SessionProtocol
from app.auth.tokens import RefreshClaims
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Rotation:
    """A session counts its generations, and each has exactly one refresh token.

    Of concurrent callers with one token, one advances the session, and the others get the same
    successor for `refresh_grace_seconds`. An older token, or one from another network and another
    user agent, is proof of theft and ends the session (RFC 9700, section 4.14).
    """

    tools: Toolbox

    async def advance(self, refresh_token: str, client: Client) -> tuple[SessionProtocol, str]:
        """Return the session in its next generation, and the reason for its new tokens.

        Raise InvalidToken, SessionEnded.
        """
        claims = self.tools.tokens.read_refresh(refresh_token)
        session = await self.tools.transactions.run(partial(self._step, claims, client))
        if session is not None:
            return session, "refresh"
        session = await self._judge_superseded(claims, client)
        return session, "refresh_repeated"

    async def find_session(self, claims: RefreshClaims, client: Client) -> str:
        """Return the session id of a refresh token that a refresh would accept.

        Raise SessionEnded. A superseded token ends its session.
        """
        session = await self.tools.transactions.run(
            lambda store: store.sessions.get(claims.session_id),
        )
        if session is None or session.generation != claims.generation:
            session = await self._judge_superseded(claims, client)
        return session.id

    async def _step(
        self,
        claims: RefreshClaims,
        client: Client,
        store: Repositories,
    ) -> SessionProtocol | None:
        now = self.tools.clock()
        # This must be the first statement: after a read, several callers could win.
        rotated = await store.sessions.rotate(
            claims.session_id,
            claims.generation,
            now=now,
            idle_expires_at=now + self.tools.settings.idle_lifetime,
            kid=self.tools.tokens.kid,
            ip=client.ip,
            user_agent=client.user_agent,
        )
        if not rotated:
            return None
        session = await store.sessions.get_of_active_user(claims.session_id)
        if session is None:
            await store.sessions.revoke(claims.session_id, now=now, reason="user_inactive")
            return None
        return session

    async def _judge_superseded(self, claims: RefreshClaims, client: Client) -> SessionProtocol:
        session = await self.tools.transactions.run(
            lambda store: store.sessions.get(claims.session_id),
        )
        now = self.tools.clock()
        if session is None or has_ended(session, now):
            raise SessionEnded
        if claims.generation >= session.generation:
            raise SessionEnded  # a restored backup is older than the token; this is no theft
        direct_predecessor = claims.generation + 1 == session.generation
        age = now - session.rotated_at
        grace = self.tools.settings.refresh_grace
        in_grace = direct_predecessor and grace and age < grace
        if in_grace and not is_elsewhere(session, client):
            return session
        revoked = await self.tools.transactions.run(
            lambda store: store.sessions.revoke(claims.session_id, now=now, reason="reuse"),
        )
        if revoked:  # only one of several concurrent replays reports it
            self.tools.events.record(
                EventName.TOKEN_REUSE,
                user_id=session.user_id,
                session_id=session.id,
                reason="other_client" if in_grace else None,
            )
        raise SessionEnded


def is_elsewhere(session: SessionProtocol, client: Client) -> bool:
    """Return whether both the network and the user agent differ from those of the last use.

    One of them changes on an honest client: between Wi-Fi and mobile data, or with an update.
    """
    other_network = smallest_network(session.last_ip) != smallest_network(client.ip)
    return other_network and session.last_user_agent != client.user_agent


def has_ended(session: SessionProtocol, now: datetime) -> bool:
    """Return whether a session was revoked, idle for too long, or reached its absolute end."""
    ends_at = min(session.idle_expires_at, session.absolute_expires_at)
    return session.revoked_at is not None or ends_at <= now


# {% endcall %}
