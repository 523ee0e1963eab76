# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Check a password and open a session, without telling strangers who has an account."""

import secrets
from dataclasses import dataclass
from functools import partial

from app.auth.clock import Clock
from app.auth.errors import InvalidCredentials, LoginThrottled
from app.auth.events import EventName, EventRecorder
from app.auth.hashing import PasswordHasher
from app.auth.passwords import is_too_long
from app.auth.protocols import (
    NewSession,
    Repositories,
    SessionProtocol,
    StoredUserProtocol,
    Transactions,
)
from app.auth.settings import AuthSettings
from app.auth.throttle import LoginThrottle


@dataclass(frozen=True, slots=True)
class Client:
    """Where a login comes from, for the user's own list of sessions."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """One transaction counts the attempt and reads the user, another opens the session.

    The password is hashed between the two. `kid` names the key that signs the first tokens.
    """

    settings: AuthSettings
    kid: str
    hasher: PasswordHasher
    throttle: LoginThrottle
    transactions: Transactions
    clock: Clock
    events: EventRecorder

    async def open(self, identifier: str, password: str, client: Client) -> SessionProtocol:
        """Return a new session. Raise InvalidCredentials, LoginThrottled, HashingSaturated."""
        if is_too_long(password, self.settings):
            raise self._refusal(identifier, None, "too_long")
        user = await self._admit(identifier)
        active = user if user is not None and user.is_active else None
        checked = await self.hasher.verify(password, active.password_hash if active else None)
        if active is None:
            raise self._refusal(identifier, user, "disabled_user" if user else "unknown_user")
        if not checked.valid:
            raise self._refusal(identifier, user, "wrong_password")
        new_hash = checked.upgraded_hash or active.password_hash
        session = await self.transactions.run(
            partial(self._store_session, identifier, active, new_hash, client),
        )
        if session is None:
            # The account changed while we hashed: the password is judged by what is stored now.
            return await self.open(identifier, password, client)
        self.events.record(EventName.LOGIN_SUCCESS, user_id=session.user_id, session_id=session.id)
        return session

    async def _admit(self, identifier: str) -> StoredUserProtocol | None:
        async def admit(store: Repositories) -> StoredUserProtocol | None:
            await self.throttle.count_attempt(identifier, store)
            return await store.users.get_by_email_or_username(identifier)

        try:
            return await self.transactions.run(admit)
        except LoginThrottled:
            self.events.record(EventName.LOGIN_LOCK, outcome="failure", identifier=identifier)
            raise

    def _refusal(
        self,
        identifier: str,
        user: StoredUserProtocol | None,
        reason: str,
    ) -> InvalidCredentials:
        """Return the one error for every reason, of which only the log knows (ASVS 6.3.8)."""
        self.events.record(
            EventName.LOGIN_FAIL,
            outcome="failure",
            user_id=user.id if user else None,
            identifier=identifier,
            reason=reason,
        )
        return InvalidCredentials()

    async def _store_session(
        self,
        identifier: str,
        user: StoredUserProtocol,
        new_hash: str,
        client: Client,
        store: Repositories,
    ) -> SessionProtocol | None:
        # First of all lock the row of the user, so that a password change or a disabling either
        # is seen here or sees this session.
        unchanged = await store.users.replace_password_hash(
            user.id,
            old=user.password_hash,
            new=new_hash,
        )
        if not unchanged:
            return None
        await self.throttle.forget(identifier, store)
        now = self.clock()
        await store.sessions.revoke_oldest(
            user.id,
            keep=self.settings.max_sessions - 1,
            now=now,
            reason="too_many_sessions",
        )
        absolute_end = now + self.settings.session_lifetime
        session = NewSession(
            id=secrets.token_hex(16),
            user_id=user.id,
            kid=self.kid,
            created_at=now,
            idle_expires_at=min(now + self.settings.idle_lifetime, absolute_end),
            absolute_expires_at=absolute_end,
            ip=client.ip,
            user_agent=client.user_agent,
        )
        return await store.sessions.add(session)


# {% endcall %}
