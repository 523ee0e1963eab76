# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""New accounts."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from app.auth.errors import (
    AccountConflict,
    DuplicateIdentity,
    EmailTaken,
    MailThrottled,
    RegistrationClosed,
    UsernameTaken,
)
from app.auth.events import EventName
from app.auth.identifiers import check_email, check_username
from app.auth.mail.kinds import MailKind
from app.auth.mail.throttle import MailThrottle
from app.auth.passwords import check_password
from app.auth.protocols import NewUser, Repositories, StoredUserProtocol, UserProtocol
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Registration:
    """Hashes the password before anything is read, so that the work is always the same."""

    tools: Toolbox

    async def register(self, user: NewUser, password: str) -> UserProtocol | None:
        """Create an ordinary account and owe it a mail: privileges are dropped (SEC-15).

        Where the e-mail must be verified, return None if it is taken, and tell its owner (SEC-113).
        Raise RegistrationClosed, InvalidField, EmailTaken, UsernameTaken, HashingSaturated.
        """
        if not self.tools.settings.registration_open:
            raise RegistrationClosed
        ordinary = replace(user, is_staff=False, is_superuser=False, email_verified_at=None)
        try:
            return await self.create(ordinary, password, owes_mail=True)
        except EmailTaken:
            if not self.tools.settings.require_verified_email:
                raise
        await self._tell_owner(user)
        return None

    async def create(self, user: NewUser, password: str, *, owes_mail: bool) -> UserProtocol:
        """Create an account with the given privileges.

        Raise InvalidField, EmailTaken, UsernameTaken, HashingSaturated.
        """
        reserved = self.tools.settings.reserved_email_domains
        email = check_email(user.email, reserved=reserved)
        user = replace(user, email=email, username=check_username(user.username))
        check_password(password, user, self.tools.settings)
        password_hash = await self.tools.hasher.hash(password)
        work = partial(self._store, user, password_hash, owes_mail)
        try:
            stored = await self.tools.transactions.run(work)
        except DuplicateIdentity as error:
            await self.tools.transactions.run(partial(_refuse_taken, user))
            # Neither is taken, so it is a column of the team.
            raise AccountConflict from error.__cause__
        self.tools.events.record(EventName.USER_CREATED, user_id=stored.id)
        return stored

    async def _store(
        self,
        user: NewUser,
        password_hash: str,
        owes_mail: bool,
        store: Repositories,
    ) -> StoredUserProtocol:
        stored = await store.users.create_user(
            user,
            password_hash=password_hash,
            created_at=self.tools.clock(),
        )
        if owes_mail:
            await self.tools.outbox.owe(MailKind.VERIFY_EMAIL, stored, store)
        return stored

    async def _tell_owner(self, user: NewUser) -> None:
        with suppress(MailThrottled):  # the answer must not depend on it
            await self.tools.transactions.run(partial(self._owe_notice, user))

    async def _owe_notice(self, user: NewUser, store: Repositories) -> None:
        # A username that is taken is refused, whether or not the e-mail is taken too.
        if await store.users.get_by_email_or_username(user.username):
            raise UsernameTaken
        await MailThrottle(self.tools).count(user.email, store)
        owner = await store.users.get_by_email_or_username(user.email)
        if owner is not None and owner.is_active:
            await self.tools.outbox.owe(MailKind.ACCOUNT_EXISTS, owner, store)


async def _refuse_taken(user: NewUser, store: Repositories) -> None:
    if await store.users.get_by_email_or_username(user.email):
        raise EmailTaken
    if await store.users.get_by_email_or_username(user.username):
        raise UsernameTaken


# {% endcall %}
