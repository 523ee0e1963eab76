# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The second factors of a user who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import SecondFactorRequired
from app.auth.events import EventName
from app.auth.mail.kinds import MailKind
from app.auth.protocols import Repositories, UserProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.codes import CODE, OTP, new_recovery_codes
from app.auth.totp.factor_change import FactorChange, store_recovery_codes
from app.auth.totp.owner_code import OwnerCode
from app.auth.totp.protocols import Factor
from app.auth.totp.second_factor import SecondFactor, Verdict


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user can finish a login with."""

    totp: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class OwnFactors:
    tools: Toolbox

    async def find(self, user: UserProtocol) -> Factors:
        return await self.tools.transactions.run(partial(_find, user))

    async def replace_recovery_codes(self, user: UserProtocol) -> list[str]:
        """Return new recovery codes, which void the old ones. Raise SecondFactorRequired."""
        codes = new_recovery_codes()
        await self.tools.transactions.run(partial(self._replace, user, codes))
        self.tools.events.record(EventName.FACTOR_ADDED, user_id=user.id, reason="recovery_codes")
        return codes

    async def disable(self, identity: Identity, code: str) -> None:
        """Delete the authenticator and the recovery codes, with a code of either.

        Raise WrongCode, LoginThrottled, SessionEnded.
        """
        await OwnerCode(self.tools).check(identity, partial(self._disable, identity, code))
        self.tools.events.record(EventName.FACTOR_REMOVED, user_id=identity.user.id)

    async def _replace(self, user: UserProtocol, codes: Sequence[str], store: Repositories) -> None:
        await FactorChange(self.tools).lock(user, store)
        factors = await _find(user, store)
        if not factors.totp:
            raise SecondFactorRequired
        await store_recovery_codes(user, codes, store)
        await self.tools.outbox.owe(MailKind.SECOND_FACTOR_CHANGED, user, store)

    async def _disable(self, identity: Identity, code: str, store: Repositories) -> Verdict:
        user, change = identity.user, FactorChange(self.tools)
        await change.lock(user, store)
        factor = Factor.TOTP if CODE.fullmatch(code) else Factor.RECOVERY_CODE
        verdict = await SecondFactor(self.tools).redeem(user, factor, code, store)
        if verdict is Verdict.ACCEPTED:
            await store.totps.delete(user.id)
            await store.recovery_codes.replace_all(user.id, ())
            methods = [method for method in identity.methods if method != OTP]
            await change.settle(identity, methods, store)
        return verdict


async def _find(user: UserProtocol, store: Repositories) -> Factors:
    totp = await store.totps.get(user.id)
    return Factors(
        totp=totp is not None and totp.confirmed_at is not None,
        recovery_codes_left=await store.recovery_codes.count_unused(user.id),
    )


# {% endcall %}
