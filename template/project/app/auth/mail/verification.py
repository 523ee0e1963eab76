# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Verification of e-mail addresses."""

from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import InvalidToken
from app.auth.events import EventName
from app.auth.mail.kinds import MailKind
from app.auth.mail.links import Links, OpenedLink
from app.auth.mail.throttle import MailThrottle
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox

KIND = MailKind.VERIFY_EMAIL


@dataclass(frozen=True, slots=True)
class EmailVerification:
    tools: Toolbox

    async def request(self, email: str) -> None:
        """Owe a mail to an unverified account. The work is the same for any address (SEC-97).

        Raise MailThrottled.
        """
        await self.tools.transactions.run(partial(self._request, email))

    async def verify(self, token: str, identity: Identity | None, password: str | None) -> None:
        """Raise what Links raises."""
        link = await Links(self.tools).open_as_user(token, KIND, identity, password)
        await self.tools.transactions.run(partial(self._verify, link))
        self.tools.events.record(EventName.EMAIL_VERIFIED, user_id=link.user.id)

    async def _request(self, email: str, store: Repositories) -> None:
        await MailThrottle(self.tools).count(email, store)
        user = await store.users.get_by_email_or_username(email)
        if user is None or not user.is_active or user.email_verified_at is not None:
            await self.tools.outbox.owe(KIND, None, store, address=email)
        else:
            await self.tools.outbox.owe(KIND, user, store)

    async def _verify(self, link: OpenedLink, store: Repositories) -> None:
        now = self.tools.clock()
        # The first statement decides between callers who hold the same token.
        if not await store.mails.redeem(link.mail.id, KIND, now=now):
            raise InvalidToken
        # The address may have changed in the meantime.
        if not await store.users.verify_email(link.user.id, link.mail.address, verified_at=now):
            raise InvalidToken


# {% endcall %}
