# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What users change about their own account: the username, and its existence."""

from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import DuplicateIdentity, LastSuperuser, SessionEnded, UsernameTaken
from app.auth.events import EventName
from app.auth.identifiers import check_username
from app.auth.mail.kinds import MailKind
from app.auth.owner_check import OwnerCheck
from app.auth.protocols import Repositories, StoredUserProtocol, UserProtocol
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class OwnAccount:
    tools: Toolbox

    async def rename(self, user: UserProtocol, username: str) -> UserProtocol:
        """Return the user with another username. Raise InvalidField, UsernameTaken."""
        username = check_username(username)
        try:
            renamed = await self.tools.transactions.run(partial(_rename, user, username))
        except DuplicateIdentity:
            raise UsernameTaken from None
        if renamed is None:
            raise SessionEnded
        self.tools.events.record(EventName.USER_UPDATED, user_id=user.id, reason="username")
        return renamed

    async def delete(self, identity: Identity, password: str | None) -> None:
        """Delete the account with everything that belongs to it.

        Raise LastSuperuser, and what OwnerCheck raises.
        """
        checked = await OwnerCheck(self.tools).check(identity, password)
        deleted = await self.tools.transactions.run(partial(self._delete, checked.user))
        if not deleted:
            raise SessionEnded
        self.tools.events.record(EventName.USER_DELETED, user_id=identity.user.id)

    async def _delete(self, user: StoredUserProtocol, store: Repositories) -> bool:
        # Superusers who leave at the same time wait here for each other (SEC-112).
        if user.is_superuser and await store.users.lock_superusers() == {user.id}:
            raise LastSuperuser
        if await store.users.get_by_id(user.id) is None:
            return False
        await store.users.delete(user.id)
        await self.tools.outbox.owe(MailKind.ACCOUNT_DELETED, None, store, address=user.email)
        return True


async def _rename(
    user: UserProtocol,
    username: str,
    store: Repositories,
) -> StoredUserProtocol | None:
    await store.users.set_username(user.id, username)
    return await store.users.get_by_id(user.id)


# {% endcall %}
