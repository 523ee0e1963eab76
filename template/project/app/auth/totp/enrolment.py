# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Setting up an authenticator. It counts once one of its codes was entered (SEC-124)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import AlreadyEnabled, EmailUnverified
from app.auth.events import EventName
from app.auth.protocols import Repositories, UserProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.codes import (
    OTP,
    authenticator_uri,
    encode_seed,
    new_recovery_codes,
    new_seed,
)
from app.auth.totp.factor_change import FactorChange, store_recovery_codes
from app.auth.totp.owner_code import OwnerCode
from app.auth.totp.protocols import NewTotp
from app.auth.totp.second_factor import SecondFactor, Verdict

PENDING = timedelta(minutes=10)  # for the first code


@dataclass(frozen=True, slots=True)
class Seed:
    """A new seed, as text to type and as the URI of a QR code. It is shown only once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    tools: Toolbox

    async def begin(self, user: UserProtocol) -> Seed:
        """Store a new seed in place of one without a first code.

        Without a verified e-mail, somebody else's account could be locked (SEC-128). Raise
        EmailUnverified, AlreadyEnabled.
        """
        if user.email_verified_at is None:
            raise EmailUnverified
        seed = new_seed()
        await self.tools.transactions.run(partial(self._begin, user, seed))
        uri = authenticator_uri(seed, account=user.email, issuer=self.tools.settings.issuer)
        return Seed(encode_seed(seed), uri)

    async def confirm(self, identity: Identity, code: str) -> list[str]:
        """Enable the authenticator, end the other sessions and return the recovery codes.

        Raise WrongCode, LoginThrottled, SessionEnded.
        """
        codes = new_recovery_codes()
        await OwnerCode(self.tools).check(identity, partial(self._confirm, identity, code, codes))
        self.tools.events.record(EventName.FACTOR_ADDED, user_id=identity.user.id)
        return codes

    async def _begin(self, user: UserProtocol, seed: bytes, store: Repositories) -> None:
        known, box = await store.totps.get(user.id), self.tools.secret_box
        if known is not None and known.confirmed_at is not None:
            raise AlreadyEnabled
        await store.totps.add(
            NewTotp(
                user_id=user.id,
                secret=box.seal(seed, user.id),
                kid=box.kid,
                created_at=self.tools.clock(),
            )
        )

    async def _confirm(
        self,
        identity: Identity,
        code: str,
        recovery_codes: Sequence[str],
        store: Repositories,
    ) -> Verdict:
        user, now = identity.user, self.tools.clock()
        change = FactorChange(self.tools)
        await change.lock(user, store)
        totp = await store.totps.get(user.id)
        if totp is None or totp.confirmed_at or now - totp.created_at > PENDING:
            return Verdict.NO_AUTHENTICATOR
        step = SecondFactor(self.tools).find_step(totp, code)
        if step is None or not await store.totps.confirm(totp, step=step, now=now):
            return Verdict.WRONG_CODE
        await store_recovery_codes(user, recovery_codes, store)
        await change.settle(identity, (*identity.methods, OTP), store)
        return Verdict.ACCEPTED


# {% endcall %}
