# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Proof that a request comes from the owner of the account, and not from a stolen session."""

from dataclasses import dataclass

from app.auth.authenticator import Identity
from app.auth.errors import InvalidField, LoginThrottled, RecentLoginRequired, WrongPassword
from app.auth.events import EventName
from app.auth.hashing import NO_PASSWORD
from app.auth.login import Proof
from app.auth.login_throttle import Attempt
from app.auth.password_check import Checked
from app.auth.passwords import is_too_long
from app.auth.protocols import Repositories, StoredUserProtocol
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class OwnerCheck:
    """Asks for the password, and for a recent login from accounts without one (ASVS 7.5.1).

    Attempts count under the session, so that strangers cannot keep the owner out (SEC-118).
    """

    tools: Toolbox
    failure: EventName = EventName.LOGIN_FAIL

    async def check(
        self,
        identity: Identity,
        password: str | None,
        *,
        has_place: bool = False,
    ) -> Checked:
        """Raise WrongPassword, RecentLoginRequired, InvalidField, LoginThrottled, HashingSaturated.

        With `has_place`, the caller holds a place in the hashing pool.
        """
        if password is None:
            return await self._check_login(identity)
        attempt = self.tools.throttle.by_session(identity.user, identity.session_id)
        stored = await self._admit(identity, attempt)
        if is_too_long(password, self.tools.settings) or stored is None:
            raise self.refuse(identity, "wrong_password")
        checked = await self.tools.hasher.verify(
            password,
            stored.password_hash,
            has_place=has_place,
        )
        if not checked.valid:
            raise self.refuse(identity, "wrong_password")
        return Checked(stored, Proof(("pwd",), checked.upgraded_hash, attempt))

    def refuse(self, identity: Identity, reason: str) -> WrongPassword:
        """Record a failure, and return the error to raise."""
        self.tools.events.record(self.failure, user_id=identity.user.id, reason=reason)
        return WrongPassword()

    async def _check_login(self, identity: Identity) -> Checked:
        stored = await self.tools.transactions.run(
            lambda store: store.users.get_by_id(identity.user.id),
        )
        if stored is None or stored.password_hash != NO_PASSWORD:
            raise InvalidField("current_password", "Enter the current password.")
        if self.tools.clock() - identity.authenticated_at > self.tools.settings.recent_login:
            raise RecentLoginRequired
        return Checked(stored, Proof(identity.methods))

    async def _admit(self, identity: Identity, attempt: Attempt) -> StoredUserProtocol | None:
        async def admit(store: Repositories) -> StoredUserProtocol | None:
            await self.tools.throttle.count(attempt, store)
            return await store.users.get_by_id(identity.user.id)

        try:
            return await self.tools.transactions.run(admit)
        except LoginThrottled:
            self.tools.events.record(self.failure, user_id=identity.user.id, reason="throttled")
            raise


# {% endcall %}
