# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What operators do with accounts: passwords, disabling, ending and purging sessions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from app.auth.clock import Clock
from app.auth.errors import UserNotFound
from app.auth.events import EventName, EventRecorder
from app.auth.hashing import PasswordHasher
from app.auth.passwords import check_password
from app.auth.protocols import Repositories, StoredUserProtocol, Transactions
from app.auth.settings import AuthSettings

# An ended session is kept this long: for questions, and in case a clock was wrong (SEC-60).
KEPT_AFTER_END = timedelta(days=7)
# Sessions deleted in one transaction: few enough to hold no lock for long.
PURGE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Administration:
    """Users are named by e-mail or username; every method may raise UserNotFound.

    Whatever takes trust away from an account ends its sessions in the same transaction.
    """

    settings: AuthSettings
    hasher: PasswordHasher
    transactions: Transactions
    clock: Clock
    events: EventRecorder

    async def set_password(self, username_or_email: str, password: str) -> None:
        """Replace a password and end all sessions. Raise InvalidField for a poor one."""
        user = await self.transactions.run(lambda store: _find(store, username_or_email))
        check_password(
            password,
            email=user.email,
            username=user.username,
            settings=self.settings,
        )
        new_hash = await self.hasher.hash(password)

        async def replace(store: Repositories) -> None:
            await store.users.set_password_hash(user.id, new_hash)
            await store.sessions.revoke_all(user.id, now=self.clock(), reason="password_changed")

        await self.transactions.run(replace)
        self.events.record(EventName.PASSWORD_CHANGE, user_id=user.id, reason="by_operator")

    async def disable(self, username_or_email: str) -> None:
        """Refuse an account from the next request on."""

        async def disable(store: Repositories) -> int:
            user = await _find(store, username_or_email)
            await store.users.set_active(user.id, active=False)
            await store.sessions.revoke_all(user.id, now=self.clock(), reason="user_disabled")
            return user.id

        user_id = await self.transactions.run(disable)
        self.events.record(EventName.USER_UPDATED, user_id=user_id, reason="disabled")

    async def enable(self, username_or_email: str) -> None:
        """Let a disabled account sign in again; its old sessions stay ended."""

        async def enable(store: Repositories) -> int:
            user = await _find(store, username_or_email)
            await store.users.set_active(user.id, active=True)
            return user.id

        user_id = await self.transactions.run(enable)
        self.events.record(EventName.USER_UPDATED, user_id=user_id, reason="enabled")

    async def end_sessions(self, username_or_email: str) -> int:
        """Sign a user out everywhere; return how many sessions this ended."""

        async def end(store: Repositories) -> tuple[int, int]:
            user = await _find(store, username_or_email)
            ended = await store.sessions.revoke_all(
                user.id,
                now=self.clock(),
                reason="ended_by_operator",
            )
            return user.id, ended

        user_id, ended = await self.transactions.run(end)
        self.events.record(EventName.TOKEN_REVOKED, user_id=user_id, reason="ended_by_operator")
        return ended

    async def purge_sessions(self) -> int:
        """Delete sessions whose absolute end is a week ago; return how many.

        The counts of old attempts to sign in go with them.
        """
        long_ago = self.clock() - KEPT_AFTER_END
        await self._in_batches(
            lambda store: store.throttles.purge(last_before=long_ago, limit=PURGE_BATCH),
        )
        return await self._in_batches(
            lambda store: store.sessions.purge(ended_before=long_ago, limit=PURGE_BATCH),
        )

    async def _in_batches(self, purge: Callable[[Repositories], Awaitable[int]]) -> int:
        total = 0
        while True:
            purged = await self.transactions.run(purge)
            total += purged
            if purged < PURGE_BATCH:
                return total


async def _find(store: Repositories, username_or_email: str) -> StoredUserProtocol:
    user = await store.users.get_by_email_or_username(username_or_email)
    if user is None:
        raise UserNotFound
    return user


# {% endcall %}
