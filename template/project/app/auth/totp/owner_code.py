# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Codes of users who are signed in, for changes of their second factor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from app.auth.authenticator import Identity
from app.auth.errors import LoginThrottled, WrongCode
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox
from app.auth.totp.second_factor import SecondFactor, Verdict


@dataclass(frozen=True, slots=True)
class OwnerCode:
    """Attempts count under the session, together with guesses at the password (SEC-118)."""

    tools: Toolbox

    async def check(
        self,
        identity: Identity,
        change: Callable[[Repositories], Awaitable[Verdict]],
    ) -> None:
        """Make a change that checks a code, and count the attempt in the same transaction.

        Raise WrongCode, LoginThrottled.
        """
        factor = SecondFactor(self.tools)
        try:
            verdict = await self.tools.transactions.run(partial(self._count, identity, change))
        except LoginThrottled:
            factor.record_refusal(identity.user, "throttled")
            raise
        if verdict is not Verdict.ACCEPTED:
            factor.record_refusal(identity.user, verdict)
            raise WrongCode

    async def _count(
        self,
        identity: Identity,
        change: Callable[[Repositories], Awaitable[Verdict]],
        store: Repositories,
    ) -> Verdict:
        throttle = self.tools.throttle
        attempt = throttle.by_session(identity.user, identity.session_id)
        await throttle.count(attempt, store)
        verdict = await change(store)
        if verdict is Verdict.ACCEPTED:
            await throttle.succeed(attempt, store)
        return verdict


# {% endcall %}
