# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Account administration for operators: passwords, roles, disabling, sessions, purging."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from app.auth.errors import LastSuperuser, UserNotFound
from app.auth.events import EventName
from app.auth.identifiers import UserId
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.passwords import check_password
from app.auth.protocols import Repositories, Role, StoredUserProtocol
from app.auth.toolbox import Toolbox

T = TypeVar("T")

# Ended sessions are kept for a week, for enquiries and in case a clock was wrong (SEC-60).
KEPT_AFTER_END = timedelta(days=7)
# Rows deleted in one transaction. A small number keeps locks short.
PURGE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Administration:
    """Users are named by e-mail or username; every method may raise UserNotFound.

    A change that withdraws trust from an account ends its sessions in the same transaction.
    """

    tools: Toolbox

    async def find(self, username_or_email: str) -> StoredUserProtocol:
        return await self.tools.transactions.run(lambda store: _find(store, username_or_email))

    async def list_users(self, *, after: UserId | None, limit: int) -> Sequence[StoredUserProtocol]:
        """Return up to `limit` users with an ID beyond `after`, in the order of their IDs."""
        return await self.tools.transactions.run(
            lambda store: store.users.list_after(after, limit=limit),
        )

    async def set_password(self, username_or_email: str, password: str) -> None:
        """Replace a password, end all sessions and lift all waits. Raise InvalidField."""
        user = await self.find(username_or_email)
        check_password(password, user, self.tools.settings)
        new_hash = await self.tools.hasher.hash(password)

        async def replace(store: Repositories) -> None:
            await store.users.set_password_hash(user.id, new_hash)
            await store.mails.void(user.id, *WITH_TOKEN, now=self.tools.clock())
            await self.tools.outbox.owe(MailKind.PASSWORD_CHANGED, user, store)
            await self.tools.throttle.lift(user, store)
            now, reason = self.tools.clock(), "password_changed"
            await store.sessions.revoke_all(user.id, now=now, reason=reason)

        await self.tools.transactions.run(replace)
        self.tools.events.record(EventName.PASSWORD_CHANGE, user_id=user.id, reason="by_operator")

    async def grant(self, username_or_email: str, role: Role) -> None:
        """Give a user a role, from the next request on."""

        async def grant(user: StoredUserProtocol, store: Repositories) -> None:
            await store.users.set_role(user.id, role, granted=True)

        reason = f"{role}_granted"
        await self._change(username_or_email, grant, reason, EventName.ROLE_CHANGED)

    async def revoke(self, username_or_email: str, role: Role) -> None:
        """Withdraw a role, from the next request on (SEC-41). Raise LastSuperuser."""

        async def revoke(user: StoredUserProtocol, store: Repositories) -> None:
            if role == Role.SUPERUSER and await store.users.lock_superusers() == {user.id}:
                raise LastSuperuser
            await store.users.set_role(user.id, role, granted=False)

        reason = f"{role}_revoked"
        await self._change(username_or_email, revoke, reason, EventName.ROLE_CHANGED)

    async def disable(self, username_or_email: str) -> None:
        """Refuse the account from its next request on."""

        async def disable(user: StoredUserProtocol, store: Repositories) -> None:
            await store.users.set_active(user.id, active=False)
            await store.mails.void(user.id, *WITH_TOKEN, now=self.tools.clock())
            await store.sessions.revoke_all(user.id, now=self.tools.clock(), reason="user_disabled")

        await self._change(username_or_email, disable, "disabled")

    async def enable(self, username_or_email: str) -> None:
        """Let a disabled account sign in again, without a wait. Its old sessions stay ended."""

        async def enable(user: StoredUserProtocol, store: Repositories) -> None:
            await store.users.set_active(user.id, active=True)
            await self.tools.throttle.lift(user, store)

        await self._change(username_or_email, enable, "enabled")

    async def unlock(self, username_or_email: str) -> None:
        """Forget the login attempts at an account, so that nobody has to wait."""
        await self._change(username_or_email, self.tools.throttle.lift, "unlocked")

    async def end_sessions(self, username_or_email: str) -> int:
        """Sign a user out everywhere; return how many sessions this ended."""
        reason = "ended_by_operator"

        async def end(user: StoredUserProtocol, store: Repositories) -> int:
            return await store.sessions.revoke_all(user.id, now=self.tools.clock(), reason=reason)

        return await self._change(username_or_email, end, reason, EventName.TOKEN_REVOKED)

    async def purge(self) -> dict[str, int]:
        """Delete rows that ended more than a week ago; return how many of each kind."""
        long_ago = self.tools.clock() - KEPT_AFTER_END
        sessions = await self._in_batches(
            lambda store: store.sessions.purge(ended_before=long_ago, limit=PURGE_BATCH),
        )
        throttles = await self._in_batches(
            lambda store: store.throttles.purge(forgotten_before=long_ago, limit=PURGE_BATCH),
        )
        mails = await self._in_batches(
            lambda store: store.mails.purge(expired_before=long_ago, limit=PURGE_BATCH),
        )
        self.tools.events.record(EventName.DATA_DELETED, reason="purged")
        return {"sessions": sessions, "counts of login attempts": throttles, "mails": mails}

    async def _change(
        self,
        username_or_email: str,
        change: Callable[[StoredUserProtocol, Repositories], Awaitable[T]],
        reason: str,
        event: EventName = EventName.USER_UPDATED,
    ) -> T:
        """Find a user and make a change in one transaction, and record it after the commit."""

        async def find_and_change(store: Repositories) -> tuple[UserId, T]:
            user = await _find(store, username_or_email)
            return user.id, await change(user, store)

        user_id, result = await self.tools.transactions.run(find_and_change)
        self.tools.events.record(event, user_id=user_id, reason=reason)
        return result

    async def _in_batches(self, purge: Callable[[Repositories], Awaitable[int]]) -> int:
        total = 0
        while True:
            purged = await self.tools.transactions.run(purge)
            total += purged
            if purged < PURGE_BATCH:
                return total


async def _find(store: Repositories, username_or_email: str) -> StoredUserProtocol:
    user = await store.users.get_by_email_or_username(username_or_email)
    if user is None:
        raise UserNotFound
    return user


# {% endcall %}
