# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Second factors for operators: removing one, and a change of the secret key."""

from dataclasses import dataclass
from functools import partial

from app.auth.errors import UserNotFound
from app.auth.events import EventName
from app.auth.identifiers import UserId
from app.auth.mail.kinds import MailKind
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox

BATCH = 100  # seeds that are sealed again in one transaction


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many seeds were sealed again, and how many no key of the settings opens."""

    sealed: int = 0
    lost: int = 0
    last: UserId | None = None


@dataclass(frozen=True, slots=True)
class FactorAdministration:
    tools: Toolbox

    async def reset(self, username_or_email: str) -> bool:
        """Remove the second factor of a user who has lost it, and end all sessions (SEC-127).

        Return whether there was one. Raise UserNotFound.
        """
        user_id = await self.tools.transactions.run(partial(self._reset, username_or_email))
        if user_id is not None:
            self.tools.events.record(
                EventName.FACTOR_REMOVED,
                user_id=user_id,
                reason="by_operator",
            )
        return user_id is not None

    async def rewrap(self) -> Rewrapped:
        """Seal all seeds with the current secret key, so that previous ones can be dropped."""
        total = Rewrapped()
        while True:
            batch = await self.tools.transactions.run(partial(self._rewrap, total.last))
            if batch.last is None:
                return total
            total = Rewrapped(total.sealed + batch.sealed, total.lost + batch.lost, batch.last)

    async def _reset(self, username_or_email: str, store: Repositories) -> UserId | None:
        user = await store.users.get_by_email_or_username(username_or_email)
        if user is None:
            raise UserNotFound
        if not await store.totps.delete(user.id):
            return None
        await store.recovery_codes.replace_all(user.id, ())
        now, reason = self.tools.clock(), "second_factor_changed"
        await store.sessions.revoke_all(user.id, now=now, reason=reason)
        await self.tools.outbox.owe(MailKind.SECOND_FACTOR_CHANGED, user, store)
        return user.id

    async def _rewrap(self, after: UserId | None, store: Repositories) -> Rewrapped:
        box = self.tools.secret_box
        totps = await store.totps.list_sealed_otherwise(box.kid, after=after, limit=BATCH)
        sealed = lost = 0
        for totp in totps:
            seed = box.open(totp.secret, totp.kid, totp.user_id)
            if seed is None:
                lost += 1
                continue
            secret = box.seal(seed, totp.user_id)
            # One that was replaced in the meantime is sealed with the current key.
            sealed += await store.totps.reseal(totp, secret=secret, kid=box.kid)
        return Rewrapped(sealed, lost, totps[-1].user_id if totps else None)


# {% endcall %}
