# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A new password for a user who has forgotten the old one (ASVS 6.4.3)."""

from dataclasses import dataclass
from functools import partial

from app.auth.errors import InvalidToken
from app.auth.events import EventName
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.mail.links import Links, OpenedLink
from app.auth.mail.throttle import MailThrottle
from app.auth.passwords import check_password
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox

KIND = MailKind.RESET_PASSWORD


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """Proves the e-mail, and so removes what an earlier squatter left behind (SEC-108)."""

    tools: Toolbox

    async def request(self, email: str) -> None:
        """Owe a mail to an active account. The work is the same for any address (SEC-97).

        Raise MailThrottled.
        """
        await self.tools.transactions.run(partial(self._request, email))
        self.tools.events.record(EventName.PASSWORD_RESET_REQUEST, identifier=email)

    async def reset(self, token: str, new_password: str) -> None:
        """Replace the password and end all sessions. Nobody is signed in (SEC-107).

        Raise InvalidToken, InvalidField, HashingSaturated.
        """
        link = await Links(self.tools).open(token, KIND)
        check_password(
            new_password,
            field="new_password",
            email=link.user.email,
            username=link.user.username,
            settings=self.tools.settings,
        )
        # Between two transactions, so that hashing holds no connection.
        new_hash = await self.tools.hasher.hash(new_password)
        await self.tools.transactions.run(partial(self._replace, link, new_hash))
        self.tools.events.record(
            EventName.PASSWORD_CHANGE,
            user_id=link.user.id,
            reason="reset_by_mail",
        )

    async def _request(self, email: str, store: Repositories) -> None:
        await MailThrottle(self.tools).count(email, store)
        user = await store.users.get_by_email_or_username(email)
        if user is None or not user.is_active:
            await self.tools.outbox.owe(KIND, None, store, address=email)
        else:
            await self.tools.outbox.owe(KIND, user, store)

    async def _replace(self, link: OpenedLink, new_hash: str, store: Repositories) -> None:
        now, user = self.tools.clock(), link.user
        # The first statement decides between callers who hold the same token.
        if not await store.mails.redeem(link.mail.id, KIND, now=now):
            raise InvalidToken
        # The address may have changed in the meantime.
        if not await store.users.verify_email(user.id, link.mail.address, verified_at=now):
            raise InvalidToken
        await store.users.set_password_hash(user.id, new_hash)
        await store.mails.void(user.id, *WITH_TOKEN, now=now)
        await store.sessions.revoke_all(user.id, now=now, reason="password_reset")
        await self.tools.throttle.lift(user, store)
        await self.tools.outbox.owe(MailKind.PASSWORD_CHANGED, user, store)


# {% endcall %}
