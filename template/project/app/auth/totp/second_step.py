# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The second step of a login."""

from dataclasses import dataclass
from functools import partial

from app.auth.errors import InvalidCode, InvalidToken, LoginThrottled
from app.auth.events import EventName
from app.auth.login import Client, Login, Proof
from app.auth.protocols import Repositories, SessionProtocol, StoredUserProtocol
from app.auth.toolbox import Toolbox
from app.auth.totp.challenge import Challenge, Challenges
from app.auth.totp.codes import OTP
from app.auth.totp.protocols import Factor
from app.auth.totp.second_factor import SecondFactor, Verdict


@dataclass(frozen=True, slots=True)
class SecondStep:
    """Codes count with the passwords before them, which stay counted until now (SEC-122)."""

    tools: Toolbox

    async def open(self, token: str, factor: Factor, code: str, client: Client) -> SessionProtocol:
        """Open the session that the challenge token waits for.

        Raise InvalidToken, InvalidCode, LoginThrottled, EmailUnverified.
        """
        challenge = Challenges(self.tools).read(token)
        user = await self._check(challenge, factor, code)
        session = await Login(self.tools).open(
            user,
            Proof((*challenge.methods, OTP), attempt=challenge.attempt),
            client,
            replaces=challenge.replaces,
        )
        if session is None:
            raise InvalidToken
        return session

    async def _check(self, challenge: Challenge, factor: Factor, code: str) -> StoredUserProtocol:
        work = partial(self._redeem, challenge, factor, code)
        try:
            user, verdict = await self.tools.transactions.run(work)
        except LoginThrottled:
            self.tools.events.record(EventName.LOGIN_LOCK, user_id=challenge.user_id)
            raise
        if verdict is not Verdict.ACCEPTED:
            SecondFactor(self.tools).record_refusal(user, verdict)
            raise InvalidCode
        SecondFactor(self.tools).record_use(user, factor)
        return user

    async def _redeem(
        self,
        challenge: Challenge,
        factor: Factor,
        code: str,
        store: Repositories,
    ) -> tuple[StoredUserProtocol, Verdict]:
        user = await store.users.get_by_id(challenge.user_id)
        if user is None or not user.is_active:
            raise InvalidToken
        if not Challenges(self.tools).is_current(challenge, user):
            raise InvalidToken
        throttle = self.tools.throttle
        attempt = challenge.attempt or throttle.by_stranger(user.email, user)
        await throttle.count(attempt, store)
        verdict = await SecondFactor(self.tools).redeem(user, factor, code, store)
        if verdict is Verdict.ACCEPTED:
            await throttle.succeed(attempt, store)
        return user, verdict


# {% endcall %}
