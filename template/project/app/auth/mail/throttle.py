# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Slow down mails to one address, whether or not it has an account (SEC-104)."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from app.auth.errors import MailThrottled
from app.auth.identifiers import identifier_key
from app.auth.keys import subkey
from app.auth.login_throttle import DELAYS
from app.auth.protocols import Repositories
from app.auth.toolbox import Toolbox

# Three mails an hour are free. From the third on, each delays the next.
FREE_MAILS = 3
DECAY = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class MailThrottle:
    tools: Toolbox

    async def count(self, address: str, store: Repositories) -> None:
        """Count in the caller's transaction, which MailThrottled rolls back if one must wait."""
        now = self.tools.clock()
        blocked_until = await store.throttles.count(
            self._key(address),
            now=now,
            decay=DECAY,
            delays=DELAYS,
            free_attempts=FREE_MAILS,
        )
        if blocked_until is not None:
            raise MailThrottled(ceil((blocked_until - now).total_seconds()))

    def _key(self, address: str) -> str:
        key = subkey(self.tools.settings.secret_keys[0], b"mail throttle")
        content = (identifier_key(address) or address).encode()
        return hmac.digest(key, content, "sha256").hex()


# {% endcall %}
