# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Replacing the own password (ASVS 6.2.2, 6.2.3)."""

from dataclasses import dataclass, replace
from functools import partial

from app.auth.authenticator import Identity
from app.auth.events import EventName
from app.auth.login import Client, Login
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.owner_check import OwnerCheck
from app.auth.password_check import Checked
from app.auth.passwords import check_password
from app.auth.protocols import Repositories, SessionProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.codes import (
    # {% if "totp" in features %}
    OTP,
    # {% endif %}
)


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Needs the current password, and ends all sessions of the user: one may be a thief's."""

    tools: Toolbox

    async def replace(
        self,
        identity: Identity,
        client: Client,
        *,
        current_password: str | None,
        new_password: str,
    ) -> SessionProtocol:
        """Store a new password and return a new session, which is then the user's only one.

        Raise what OwnerCheck raises, and InvalidField.
        """
        user = identity.user
        check_password(new_password, user, self.tools.settings, field="new_password")
        owner = OwnerCheck(self.tools, EventName.PASSWORD_CHANGE_FAIL)
        # The place is taken before the count, so that a full pool costs nobody an attempt.
        with self.tools.hasher.place():
            checked = await owner.check(identity, current_password, has_place=True)
            new_hash = await self.tools.hasher.hash(new_password, has_place=True)
        # {% if "totp" in features %}
        if OTP in identity.methods:
            # The password alone does not make the login with a second factor recent again.
            proof = replace(
                checked.proof,
                methods=identity.methods,
                authenticated_at=identity.authenticated_at,
            )
            checked = replace(checked, proof=proof)
        # {% endif %}
        session = await self.tools.transactions.run(partial(self._store, checked, new_hash, client))
        if session is None:
            # A concurrent change won: the given password is no longer the current one.
            raise owner.refuse(identity, "changed_meanwhile")
        self.tools.events.record(EventName.PASSWORD_CHANGE, user_id=user.id, session_id=session.id)
        return session

    async def _store(
        self,
        checked: Checked,
        new_hash: str,
        client: Client,
        store: Repositories,
    ) -> SessionProtocol | None:
        user, proof = checked.user, replace(checked.proof, new_hash=new_hash, attempt=None)
        session = await Login(self.tools).renew(user, proof, client, "password_changed", store)
        if session is not None:
            await store.mails.void(user.id, *WITH_TOKEN, now=self.tools.clock())
            await self.tools.outbox.owe(MailKind.PASSWORD_CHANGED, user, store)
        return session


# {% endcall %}
