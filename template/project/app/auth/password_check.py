# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Password checks that do not reveal which accounts exist."""

from dataclasses import dataclass
from functools import partial

from app.auth.errors import InvalidCredentials, InvalidToken, LoginThrottled
from app.auth.events import EventName
from app.auth.login import Proof
from app.auth.login_throttle import Attempt
from app.auth.passwords import is_too_long
from app.auth.protocols import Repositories, StoredUserProtocol
from app.auth.tokens import DeviceClaims
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Checked:
    """An active user with the correct password, and the proof that opens a session."""

    user: StoredUserProtocol
    proof: Proof


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Counts the attempt and reads the user in one transaction, then hashes outside it."""

    tools: Toolbox

    async def check(
        self,
        identifier: str,
        password: str,
        device_token: str | None = None,
    ) -> Checked:
        """Raise InvalidCredentials, LoginThrottled or HashingSaturated."""
        if is_too_long(password, self.tools.settings):
            raise self._refusal(identifier, None, "too_long")
        device = self._read_device(device_token)
        # The place is taken before the count, so that a full pool costs nobody an attempt.
        with self.tools.hasher.place():
            user, attempt = await self._admit(identifier, device)
            active = user if user is not None and user.is_active else None
            verified = await self.tools.hasher.verify(
                password,
                active.password_hash if active else None,
                has_place=True,
            )
        if active is None:
            raise self._refusal(identifier, user, "disabled_user" if user else "unknown_user")
        if not verified.valid:
            raise self._refusal(identifier, user, "wrong_password")
        return Checked(active, Proof(("pwd",), verified.upgraded_hash, attempt))

    def _read_device(self, token: str | None) -> DeviceClaims | None:
        """Return the claims of a genuine device token. Any other counts as none."""
        try:
            return self.tools.tokens.read_device(token) if token is not None else None
        except InvalidToken:
            return None

    async def _admit(
        self,
        identifier: str,
        device: DeviceClaims | None,
    ) -> tuple[StoredUserProtocol | None, Attempt]:
        try:
            return await self.tools.transactions.run(partial(self._count, identifier, device))
        except LoginThrottled:
            self.tools.events.record(EventName.LOGIN_LOCK, identifier=identifier)
            raise

    async def _count(
        self,
        identifier: str,
        device: DeviceClaims | None,
        store: Repositories,
    ) -> tuple[StoredUserProtocol | None, Attempt]:
        user = await store.users.get_by_email_or_username(identifier)
        if user is not None and device is not None and device.user_id == user.id:
            attempt = self.tools.throttle.by_device(user, device.device_id)
        else:
            attempt = self.tools.throttle.by_stranger(identifier, user)
        await self.tools.throttle.count(attempt, store)
        return user, attempt

    def _refusal(
        self,
        identifier: str,
        user: StoredUserProtocol | None,
        reason: str,
    ) -> InvalidCredentials:
        """Record the reason, and return the same error for all reasons (ASVS 6.3.8)."""
        self.tools.events.record(
            EventName.LOGIN_FAIL,
            user_id=user.id if user else None,
            identifier=identifier,
            reason=reason,
        )
        return InvalidCredentials()


# {% endcall %}
