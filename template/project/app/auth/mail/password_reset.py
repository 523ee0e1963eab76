# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A new password for a user who has forgotten the old one (ASVS 6.4.3)."""

from dataclasses import dataclass
from functools import partial

from app.auth.events import EventName
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.mail.links import Links, OpenedLink
from app.auth.passwords import check_password
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox

KIND = MailKind.RESET_PASSWORD


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """Proves the e-mail, and so removes what an earlier squatter left behind (SEC-108)."""

    tools: Toolbox

    async def request(self, email: str) -> None:
        """Owe a mail to an active account. Raise MailThrottled."""
        await self.tools.transactions.run(partial(Links(self.tools).owe, KIND, email))
        self.tools.events.record(EventName.PASSWORD_RESET_REQUEST, identifier=email)

    async def reset(self, token: str, new_password: str) -> None:
        """Replace the password and end all sessions. Nobody is signed in (SEC-107).

        Raise InvalidToken, InvalidField, HashingSaturated.
        """
        link = await Links(self.tools).open(token, KIND)
        check_password(new_password, link.user, self.tools.settings, field="new_password")
        # Between two transactions, so that hashing holds no connection.
        new_hash = await self.tools.hasher.hash(new_password)
        await self.tools.transactions.run(partial(self._replace, link, new_hash))
        user_id, reason = link.user.id, "reset_by_mail"
        self.tools.events.record(EventName.PASSWORD_CHANGE, user_id=user_id, reason=reason)

    async def _replace(self, link: OpenedLink, new_hash: str, store: Repositories) -> None:
        now, user = self.tools.clock(), link.user
        await Links(self.tools).prove(link, store)
        await store.users.set_password_hash(user.id, new_hash)
        await store.mails.void(user.id, *WITH_TOKEN, now=now)
        await store.sessions.revoke_all(user.id, now=now, reason="password_reset")
        await self.tools.throttle.lift(user, store)
        await self.tools.outbox.owe(MailKind.PASSWORD_CHANGED, user, store)


# {% endcall %}
