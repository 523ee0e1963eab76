# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Let users replace their own password (ASVS 6.2.2, 6.2.3)."""

from dataclasses import dataclass
from functools import partial

from app.auth.clock import Clock
from app.auth.errors import LoginThrottled, WrongPassword
from app.auth.events import EventName, EventRecorder
from app.auth.hashing import PasswordHasher
from app.auth.passwords import check_password, is_too_long
from app.auth.protocols import Repositories, StoredUserProtocol, Transactions, UserProtocol
from app.auth.settings import AuthSettings
from app.auth.throttle import LoginThrottle


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Asks for the current password, as often as a login may, and ends all other sessions."""

    settings: AuthSettings
    hasher: PasswordHasher
    throttle: LoginThrottle
    transactions: Transactions
    clock: Clock
    events: EventRecorder

    async def replace(
        self,
        user: UserProtocol,
        session_id: str,
        *,
        current_password: str,
        new_password: str,
    ) -> None:
        """Store a new password; of the user's sessions only this one stays.

        Raise WrongPassword, InvalidField, LoginThrottled, HashingSaturated.
        """
        check_password(
            new_password,
            field="new_password",
            email=user.email,
            username=user.username,
            settings=self.settings,
        )
        stored = await self._admit(user)
        if is_too_long(current_password, self.settings) or stored is None:
            raise self._refusal(user, "wrong_password")
        checked = await self.hasher.verify(current_password, stored.password_hash)
        if not checked.valid:
            raise self._refusal(user, "wrong_password")
        new_hash = await self.hasher.hash(new_password)
        replaced = await self.transactions.run(
            partial(self._store_hash, stored, session_id, new_hash),
        )
        if not replaced:
            # Another change was faster: what was the current password is not any more.
            raise self._refusal(user, "changed_meanwhile")
        self.events.record(
            EventName.PASSWORD_CHANGE,
            user_id=user.id,
            session_id=session_id,
        )

    async def _admit(self, user: UserProtocol) -> StoredUserProtocol | None:
        async def admit(store: Repositories) -> StoredUserProtocol | None:
            await self.throttle.count_attempt(user.username, store)
            return await store.users.get_by_id(user.id)

        try:
            return await self.transactions.run(admit)
        except LoginThrottled:
            self._record_failure(user, "throttled")
            raise

    def _refusal(self, user: UserProtocol, reason: str) -> WrongPassword:
        self._record_failure(user, reason)
        return WrongPassword()

    def _record_failure(self, user: UserProtocol, reason: str) -> None:
        self.events.record(
            EventName.PASSWORD_CHANGE_FAIL,
            outcome="failure",
            user_id=user.id,
            reason=reason,
        )

    async def _store_hash(
        self,
        user: StoredUserProtocol,
        session_id: str,
        new_hash: str,
        store: Repositories,
    ) -> bool:
        replaced = await store.users.replace_password_hash(
            user.id,
            old=user.password_hash,
            new=new_hash,
        )
        if replaced:
            await self.throttle.forget(user.username, store)
            await store.sessions.revoke_all(
                user.id,
                now=self.clock(),
                reason="password_changed",
                except_session_id=session_id,
            )
        return replaced


# {% endcall %}
