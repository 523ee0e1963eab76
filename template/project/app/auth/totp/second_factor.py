# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of codes, each of which works once (SEC-120, SEC-125)."""

from dataclasses import dataclass
from enum import StrEnum

from app.auth.events import EventName
from app.auth.mail.kinds import MailKind
from app.auth.protocols import Repositories, UserProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.codes import find_step, hash_recovery_code
from app.auth.totp.protocols import Factor, TotpProtocol

USED = {
    Factor.TOTP: EventName.FACTOR_USED,
    Factor.RECOVERY_CODE: EventName.RECOVERY_CODE_USED,
}


class Verdict(StrEnum):
    """The outcome of a check. It is returned and not raised: an exception undoes the count."""

    ACCEPTED = "accepted"
    NO_AUTHENTICATOR = "no_authenticator"
    USED_CODE = "used_code"
    WRONG_CODE = "wrong_code"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Attempts are counted by the callers."""

    tools: Toolbox

    async def redeem(
        self,
        user: UserProtocol,
        factor: Factor,
        code: str,
        store: Repositories,
    ) -> Verdict:
        """Use a code up, in the caller's transaction."""
        if factor is Factor.TOTP:
            return await self._redeem_totp(user, code, store)
        return await self._redeem_recovery_code(user, code, store)

    def find_step(self, totp: TotpProtocol, code: str) -> int | None:
        """Return the step of a code of this authenticator, or None for a wrong code."""
        seed = self.tools.secret_box.open(totp.secret, totp.kid, totp.user_id)
        if seed is None:
            return None
        drift = self.tools.settings.totp_drift_steps
        return find_step(seed, code, self.tools.clock(), drift=drift)

    def record_use(self, user: UserProtocol, factor: Factor) -> None:
        self.tools.events.record(USED[factor], user_id=user.id)

    def record_refusal(self, user: UserProtocol, reason: str) -> None:
        self.tools.events.record(EventName.FACTOR_REFUSED, user_id=user.id, reason=reason)

    async def _redeem_totp(self, user: UserProtocol, code: str, store: Repositories) -> Verdict:
        totp = await store.totps.get(user.id)
        if totp is None or totp.confirmed_at is None:
            return Verdict.NO_AUTHENTICATOR
        step = self.find_step(totp, code)
        if step is None:
            return Verdict.WRONG_CODE
        accepted = await store.totps.accept(user.id, step=step)
        return Verdict.ACCEPTED if accepted else Verdict.USED_CODE

    async def _redeem_recovery_code(
        self,
        user: UserProtocol,
        code: str,
        store: Repositories,
    ) -> Verdict:
        code_hash, now = hash_recovery_code(code), self.tools.clock()
        if code_hash is None:
            return Verdict.WRONG_CODE
        if not await store.recovery_codes.redeem(user.id, code_hash, now=now):
            return Verdict.WRONG_CODE
        await self.tools.outbox.owe(MailKind.RECOVERY_CODE_USED, user, store)
        return Verdict.ACCEPTED


# {% endcall %}
