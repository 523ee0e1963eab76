# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Another e-mail address, which counts once its owner has confirmed it (SEC-109)."""

from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import DuplicateIdentity, EmailTaken, InvalidToken
from app.auth.events import EventName
from app.auth.identifiers import check_email
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.mail.links import Links, OpenedLink
from app.auth.mail.throttle import MailThrottle
from app.auth.owner_check import OwnerCheck
from app.auth.password_check import Checked
from app.auth.protocols import Repositories, StoredUserProtocol
from app.auth.toolbox import Toolbox

KIND = MailKind.CHANGE_EMAIL


@dataclass(frozen=True, slots=True)
class EmailChange:
    """The token names the new address, so that concurrent changes cannot be confused."""

    tools: Toolbox

    async def request(self, identity: Identity, new_email: str, password: str | None) -> None:
        """Owe a mail to the new address, unless it is taken, which the answer does not reveal.

        Raise InvalidField, MailThrottled, and what OwnerCheck raises.
        """
        new_email = check_email(
            new_email,
            field="new_email",
            reserved=self.tools.settings.reserved_email_domains,
        )
        checked = await OwnerCheck(self.tools).check(identity, password)
        await self.tools.transactions.run(partial(self._request, checked, new_email))

    async def confirm(
        self,
        token: str,
        identity: Identity | None,
        password: str | None,
    ) -> StoredUserProtocol:
        """Replace the address and tell the old one. Raise EmailTaken, and what Links raises."""
        link = await Links(self.tools).open_as_user(token, KIND, identity, password)
        try:
            user = await self.tools.transactions.run(partial(self._confirm, link))
        except DuplicateIdentity:
            raise EmailTaken from None
        self.tools.events.record(EventName.EMAIL_CHANGED, user_id=user.id)
        return user

    async def _request(self, checked: Checked, new_email: str, store: Repositories) -> None:
        user, attempt = checked.user, checked.proof.attempt
        await MailThrottle(self.tools).count(new_email, store)
        if attempt is not None:
            await self.tools.throttle.succeed(attempt, store)
        owner = await store.users.get_by_email_or_username(new_email)
        is_free = owner is None or owner.id == user.id
        await self.tools.outbox.owe(KIND, user if is_free else None, store, address=new_email)

    async def _confirm(self, link: OpenedLink, store: Repositories) -> StoredUserProtocol:
        now, user_id = self.tools.clock(), link.user.id
        await Links(self.tools).redeem(link, store)
        before = await store.users.get_by_id(user_id)
        if before is None or not before.is_active:
            raise InvalidToken
        old_email = before.email
        await store.users.set_email(user_id, link.mail.address, verified_at=now)
        await store.mails.void(user_id, *WITH_TOKEN, now=now)
        await self.tools.outbox.owe(MailKind.EMAIL_CHANGED, before, store, address=old_email)
        after = await store.users.get_by_id(user_id)
        assert after is not None  # noqa: S101 -- this transaction has just changed it
        return after


# {% endcall %}
