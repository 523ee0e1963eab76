# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Open a session for a user who has proved their identity."""

import secrets
from dataclasses import dataclass, field
from datetime import (
    # {% if "totp" in features %}
    datetime,
    # {% endif %}
)
from functools import partial

from app.auth.errors import (
    EmailUnverified,
    # {% if "totp" in features %}
    SecondFactorAsked,
    # {% endif %}
)
from app.auth.events import EventName
from app.auth.login_throttle import Attempt
from app.auth.mail.kinds import MailKind
from app.auth.protocols import (
    NewSession,
    Repositories,
    SessionProtocol,
    StoredUserProtocol,
)
from app.auth.toolbox import Toolbox
from app.auth.totp.challenge import (
    # {% if "totp" in features %}
    Challenges,
    # {% endif %}
)
from app.auth.totp.codes import (
    # {% if "totp" in features %}
    OTP,
    # {% endif %}
)


@dataclass(frozen=True, slots=True)
class Client:
    """The client of a login or a refresh, for the user's list of sessions."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """How a user has proved their identity: `methods` are values of RFC 8176, such as `pwd`.

    `new_hash` replaces the stored password hash: an upgrade, or a new password. `attempt` was
    counted for the proof.
    # {% if "totp" in features %}
    `authenticated_at` is the time of the proof, if that is not now.
    # {% endif %}
    """

    methods: tuple[str, ...]
    new_hash: str | None = field(default=None, repr=False)
    attempt: Attempt | None = None
    # {% if "totp" in features %}
    authenticated_at: datetime | None = None
    # {% endif %}

    @property
    def is_by_known_client(self) -> bool:
        """Return whether the client has signed in to the account before."""
        return self.attempt is not None and self.attempt.is_trusted


@dataclass(frozen=True, slots=True)
class Login:
    """Opens sessions for any kind of proof."""

    tools: Toolbox

    async def open(
        self,
        user: StoredUserProtocol,
        proof: Proof,
        client: Client,
        *,
        replaces: str | None = None,
    ) -> SessionProtocol | None:
        """Return a new session, stored in its own transaction, in which `replaces` ends.

        Return None if the user was disabled, or the password changed, after `user` was read, or if
        # {% if "totp" in features %}
        the session to replace has ended. Raise EmailUnverified, SecondFactorAsked.
        # {% else %}
        the session to replace has ended. Raise EmailUnverified.
        # {% endif %}
        """
        if self.tools.settings.require_verified_email and user.email_verified_at is None:
            await self.give_back(proof)
            raise self._refuse_unverified(user)
        # {% if "totp" in features %}
        work = partial(self._open, user, proof, client, replaces)
        try:
            session = await self.tools.transactions.run(work)
        except SecondFactorAsked:
            await self._keep_upgrade(user, proof)
            raise
        # {% else %}
        #| session = await self.tools.transactions.run(
        #|     partial(self._open, user, proof, client, replaces),
        #| )
        # {% endif %}
        if session is not None:
            self.tools.events.record(
                EventName.REAUTHENTICATED if replaces else EventName.LOGIN_SUCCESS,
                user_id=session.user_id,
                session_id=session.id,
            )
        return session

    async def give_back(self, proof: Proof) -> None:
        """Undo the count of a right password that opens no session: it was no guess."""
        if proof.attempt is not None:
            await self.tools.transactions.run(partial(self.tools.throttle.succeed, proof.attempt))

    async def renew(
        self,
        user: StoredUserProtocol,
        proof: Proof,
        client: Client,
        reason: str,
        store: Repositories,
    ) -> SessionProtocol | None:
        """End all sessions of a user and open one, after a change of a credential (ASVS 7.2.4).

        Runs in the caller's transaction, which stores the change. Return None as `open` does.
        """
        if not await self._lock(user, proof, store):
            return None
        # {% if "totp" in features %}
        await self._demand_second_factor(user, proof, None, store)
        # {% endif %}
        await store.sessions.revoke_all(user.id, now=self.tools.clock(), reason=reason)
        return await self._add(user, proof, client, store)

    async def _open(
        self,
        user: StoredUserProtocol,
        proof: Proof,
        client: Client,
        replaces: str | None,
        store: Repositories,
    ) -> SessionProtocol | None:
        now, sessions = self.tools.clock(), store.sessions
        if not await self._lock(user, proof, store):
            return None
        # {% if "totp" in features %}
        await self._demand_second_factor(user, proof, replaces, store)
        # {% endif %}
        if replaces and not await sessions.revoke(replaces, now=now, reason="reauthenticated"):
            return None
        await sessions.revoke_oldest(
            user.id,
            keep=self.tools.settings.max_sessions - 1,
            now=now,
            reason="too_many_sessions",
        )
        if self.tools.settings.notify_new_sign_in and not proof.is_by_known_client:
            await self.tools.outbox.owe(MailKind.NEW_SIGN_IN, user, store)
        return await self._add(user, proof, client, store)

    def _refuse_unverified(self, user: StoredUserProtocol) -> EmailUnverified:
        self.tools.events.record(
            EventName.LOGIN_FAIL,
            identifier=user.email,
            user_id=user.id,
            reason="email_unverified",
        )
        return EmailUnverified()

    # {% if "totp" in features %}
    async def _demand_second_factor(
        self,
        user: StoredUserProtocol,
        proof: Proof,
        replaces: str | None,
        store: Repositories,
    ) -> None:
        """Raise SecondFactorAsked if the account has a factor that was not proved (SEC-126).

        The exception also keeps the password counted as an attempt (SEC-122).
        """
        totp = None if OTP in proof.methods else await store.totps.get(user.id)
        if totp is None or totp.confirmed_at is None:
            return
        raise SecondFactorAsked(
            Challenges(self.tools).issue(
                user.id,
                proof.new_hash or user.password_hash,
                methods=proof.methods,
                attempt=proof.attempt,
                replaces=replaces,
            )
        )

    async def _keep_upgrade(self, user: StoredUserProtocol, proof: Proof) -> None:
        """Store an upgraded hash already: the next step has no password to hash again."""
        if proof.new_hash is not None:
            old, new = user.password_hash, proof.new_hash
            await self.tools.transactions.run(
                lambda store: store.users.replace_password_hash(user.id, old=old, new=new),
            )

    # {% endif %}
    async def _lock(self, user: StoredUserProtocol, proof: Proof, store: Repositories) -> bool:
        # Lock the row of the user first, so that a concurrent password change or disabling is
        # either seen here or ends this session.
        unchanged = await store.users.replace_password_hash(
            user.id,
            old=user.password_hash,
            new=proof.new_hash or user.password_hash,
        )
        if unchanged and proof.attempt is not None:
            await self.tools.throttle.succeed(proof.attempt, store)
        return unchanged

    async def _add(
        self,
        user: StoredUserProtocol,
        proof: Proof,
        client: Client,
        store: Repositories,
    ) -> SessionProtocol:
        now, settings = self.tools.clock(), self.tools.settings
        session = NewSession(
            id=secrets.token_hex(16),
            user_id=user.id,
            kid=self.tools.tokens.kid,
            created_at=now,
            # {% if "totp" in features %}
            authenticated_at=proof.authenticated_at or now,
            # {% else %}
            #| authenticated_at=now,
            # {% endif %}
            methods=proof.methods,
            idle_expires_at=now + settings.idle_lifetime,
            absolute_expires_at=now + settings.session_lifetime,
            ip=client.ip,
            user_agent=client.user_agent,
        )
        return await store.sessions.add(session)


# {% endcall %}
