# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What a change of the second factor means for the sessions of the user."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.auth.authenticator import Identity
from app.auth.errors import SessionEnded
from app.auth.mail.kinds import MailKind
from app.auth.protocols import Repositories, UserProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.codes import hash_recovery_code


@dataclass(frozen=True, slots=True)
class FactorChange:
    """Steps of changes, in the transactions of their callers."""

    tools: Toolbox

    async def lock(self, user: UserProtocol, store: Repositories) -> None:
        """Let other changes and logins of a user wait for this one. Raise SessionEnded.

        A concurrent login then asks for the factor, or is ended here.
        """
        stored = await store.users.get_by_id(user.id)
        if stored is None:
            raise SessionEnded
        same = stored.password_hash
        if not await store.users.replace_password_hash(user.id, old=same, new=same):
            raise SessionEnded

    async def settle(self, identity: Identity, methods: Sequence[str], store: Repositories) -> None:
        """End the other sessions (ASVS 7.4.3), note what this one has proved, and tell the user.

        Raise SessionEnded.
        """
        user, now = identity.user, self.tools.clock()
        if not await store.sessions.set_methods(identity.session_id, tuple(methods)):
            raise SessionEnded
        await store.sessions.revoke_all(
            user.id,
            now=now,
            reason="second_factor_changed",
            except_session_id=identity.session_id,
        )
        await self.tools.outbox.owe(MailKind.SECOND_FACTOR_CHANGED, user, store)


async def store_recovery_codes(
    user: UserProtocol,
    codes: Sequence[str],
    store: Repositories,
) -> None:
    hashes = [hash_recovery_code(code) for code in codes]
    await store.recovery_codes.replace_all(user.id, [one for one in hashes if one is not None])


# {% endcall %}
