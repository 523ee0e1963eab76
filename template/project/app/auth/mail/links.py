# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Links in mails, which only the user of the account can use."""

from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import InvalidCredentials, InvalidToken, Unauthenticated, WrongPassword
from app.auth.login import Login
from app.auth.mail.kinds import MailKind
from app.auth.mail.protocols import MailProtocol
from app.auth.mail.throttle import MailThrottle
from app.auth.password_check import PasswordCheck
from app.auth.protocols import Repositories, StoredUserProtocol
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A mail whose token is genuine and unused, and the active user whom it names."""

    mail: MailProtocol
    user: StoredUserProtocol


@dataclass(frozen=True, slots=True)
class Links:
    """Sends links, finds what their tokens stand for, and uses the tokens up."""

    tools: Toolbox

    async def owe(self, kind: MailKind, email: str, store: Repositories) -> None:
        """Owe a link to the active account of an address, and only to an unverified one to verify.

        The work is the same for any address (SEC-97). Raise MailThrottled.
        """
        await MailThrottle(self.tools).count(email, store)
        user = await store.users.get_by_email_or_username(email)
        is_verified = user is not None and user.email_verified_at is not None
        is_needless = is_verified and kind is MailKind.VERIFY_EMAIL
        if user is None or not user.is_active or is_needless:
            await self.tools.outbox.owe(kind, None, store, address=email)
        else:
            await self.tools.outbox.owe(kind, user, store)

    async def open(self, token: str, kind: MailKind) -> OpenedLink:
        """Raise InvalidToken. A token that was not issued here costs no statement (SEC-96)."""
        mail_id = self.tools.outbox.tokens.read(token, kind)
        return await self.tools.transactions.run(partial(self._find, mail_id, kind))

    async def open_as_user(
        self,
        token: str,
        kind: MailKind,
        identity: Identity | None,
        password: str | None,
    ) -> OpenedLink:
        """Ask for the session or the password of the user too.

        The token alone proves that somebody reads the mails, not who created the account (SEC-106).
        Raise Unauthenticated, InvalidToken, WrongPassword, LoginThrottled, HashingSaturated.
        """
        if identity is None and password is None:
            raise Unauthenticated
        link = await self.open(token, kind)
        if password is not None:
            try:
                checked = await PasswordCheck(self.tools).check(link.user.email, password)
            except InvalidCredentials:
                raise WrongPassword from None
            await Login(self.tools).give_back(checked.proof)
        elif identity is not None and identity.user.id != link.user.id:
            raise InvalidToken
        return link

    async def redeem(self, link: OpenedLink, store: Repositories) -> None:
        """Use a token up, as the first statement of a transaction. Raise InvalidToken.

        The statement decides between callers who hold the same token.
        """
        kind = MailKind(link.mail.kind)
        if not await store.mails.redeem(link.mail.id, kind, now=self.tools.clock()):
            raise InvalidToken

    async def prove(self, link: OpenedLink, store: Repositories) -> None:
        """Use a token up, and record that its user reads the mails of the address."""
        await self.redeem(link, store)
        now = self.tools.clock()
        # The address may have changed in the meantime.
        if not await store.users.verify_email(link.user.id, link.mail.address, verified_at=now):
            raise InvalidToken

    async def _find(self, mail_id: str, kind: MailKind, store: Repositories) -> OpenedLink:
        mail = await store.mails.find(mail_id, kind, now=self.tools.clock())
        if mail is None or mail.user_id is None:
            raise InvalidToken
        user = await store.users.get_by_id(mail.user_id)
        if user is None or not user.is_active:
            raise InvalidToken
        return OpenedLink(mail, user)


# {% endcall %}
