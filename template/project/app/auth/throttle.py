# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Slow down guessing: attempts per account are counted in the database (SEC-22, SEC-23).

That holds across workers and restarts. An attempt is counted before its password is checked, so
that many at the same time are not more than many in a row.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from app.auth.clock import Clock
from app.auth.errors import LoginThrottled
from app.auth.identifiers import can_exist, canonical
from app.auth.keys import subkey
from app.auth.protocols import Repositories
from app.auth.settings import AuthSettings

# After so many attempts in a row each further one has to wait, a little longer every time.
FREE_ATTEMPTS = 5
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
# Attempts are forgotten when there were none for this long, or when one succeeds.
FORGOTTEN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts under an HMAC of the identifier, whether or not there is such an account.

    What people type as a name is sometimes a password, and who exists is nobody's business.
    """

    settings: AuthSettings
    clock: Clock

    async def count_attempt(self, identifier: str, store: Repositories) -> None:
        """Count an attempt in the caller's transaction. Raise LoginThrottled if it must wait."""
        if not can_exist(identifier):
            return  # nobody's password is being guessed
        now = self.clock()
        blocked_until = await store.throttles.count(
            self.key_of(identifier),
            now=now,
            delays=DELAYS,
            free_attempts=FREE_ATTEMPTS,
            forgotten_before=now - FORGOTTEN_AFTER,
        )
        if blocked_until is not None:
            raise LoginThrottled(ceil((blocked_until - now).total_seconds()))

    async def forget(self, identifier: str, store: Repositories) -> None:
        """Start afresh after a success."""
        await store.throttles.forget(self.key_of(identifier))

    def key_of(self, identifier: str) -> str:
        """Return 64 hexadecimal digits that do not tell the identifier."""
        secret = self.settings.secret_key.get_secret_value().encode()
        key = subkey(secret, b"login throttle")
        return hmac.new(key, canonical(identifier).encode(), hashlib.sha256).hexdigest()


# {% endcall %}
