# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Verification of e-mail addresses."""

from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.events import EventName
from app.auth.mail.kinds import MailKind
from app.auth.mail.links import Links
from app.auth.toolbox import Toolbox

KIND = MailKind.VERIFY_EMAIL


@dataclass(frozen=True, slots=True)
class EmailVerification:
    tools: Toolbox

    async def request(self, email: str) -> None:
        """Owe a mail to an unverified account. Raise MailThrottled."""
        await self.tools.transactions.run(partial(Links(self.tools).owe, KIND, email))

    async def verify(self, token: str, identity: Identity | None, password: str | None) -> None:
        """Raise what Links raises."""
        links = Links(self.tools)
        link = await links.open_as_user(token, KIND, identity, password)
        await self.tools.transactions.run(partial(links.prove, link))
        self.tools.events.record(EventName.EMAIL_VERIFIED, user_id=link.user.id)


# {% endcall %}
