# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Slow down password guessing: attempts are counted in the database (SEC-22, SEC-23).

The count holds across workers and restarts. An attempt is counted before its password is checked,
so that parallel guesses gain nothing over sequential ones.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from app.auth.clock import Clock
from app.auth.errors import LoginThrottled
from app.auth.identifiers import identifier_key
from app.auth.keys import subkey
from app.auth.protocols import Repositories, UserProtocol
from app.auth.settings import AuthSettings

# From this attempt on, each one delays the next, a little longer every time.
FREE_ATTEMPTS = 5
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
# One attempt is forgotten in this time. That bounds the guesses, however a guesser pauses.
DECAY = timedelta(minutes=15)
HALF_KEY = 32  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Attempt:
    """The keys under which an attempt counts.

    A trusted client has signed in to the account before. Strangers do not share its count.
    """

    keys: tuple[str, ...]
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts under HMACs, because people sometimes type a password where the name belongs.

    The first half of a key stands for the account, so that all its counts can be forgotten.
    """

    settings: AuthSettings
    clock: Clock

    def by_stranger(self, identifier: str, user: UserProtocol | None) -> Attempt:
        """Count under the typed name and under the account, so that two names do not help.

        Names without an account have a second key too: the answers and the work are the same.
        """
        name = self._name(identifier)
        if name is None:
            return Attempt(())  # no account can have this name
        shared = self._digest(f"no account {name}") if user is None else self._key(user, "stranger")
        # The key that all names share comes first: attempts wait for it instead of deadlocking.
        return Attempt((shared, name))

    def by_device(self, user: UserProtocol, device_id: str) -> Attempt:
        """Count under a device on which the user has signed in before."""
        return Attempt((self._key(user, f"device {device_id}"),), is_trusted=True)

    def by_session(self, user: UserProtocol, session_id: str) -> Attempt:
        """Count under a session of the user."""
        return Attempt((self._key(user, f"session {session_id}"),), is_trusted=True)

    async def count(self, attempt: Attempt, store: Repositories) -> None:
        """Count in the caller's transaction, which LoginThrottled rolls back if one must wait."""
        now = self.clock()
        waits: list[timedelta] = []
        for key in attempt.keys:
            blocked_until = await store.throttles.count(
                key,
                now=now,
                decay=DECAY,
                delays=DELAYS,
                free_attempts=FREE_ATTEMPTS,
            )
            if blocked_until is not None:
                waits.append(blocked_until - now)
        if waits:
            raise LoginThrottled(ceil(max(waits).total_seconds()))

    async def succeed(self, attempt: Attempt, store: Repositories) -> None:
        """Undo the count of a right password, and let a trusted client start afresh.

        The count of strangers is as before, so it does not reveal that the owner signed in.
        """
        for key in attempt.keys:
            if attempt.is_trusted:
                await store.throttles.forget(key)
            else:
                await store.throttles.give_back(key, decay=DECAY)

    async def lift(self, user: UserProtocol, store: Repositories) -> None:
        """Forget the attempts of everybody at an account."""
        keys = (self._account(user), self._name(user.username), self._name(user.email))
        for key in filter(None, keys):
            await store.throttles.forget(key)

    def _name(self, identifier: str) -> str | None:
        name = identifier_key(identifier)
        return None if name is None else self._digest(f"name {name}")

    def _key(self, user: UserProtocol, client: str) -> str:
        return self._account(user) + self._digest(f"{user.id} {client}")[:HALF_KEY]

    def _account(self, user: UserProtocol) -> str:
        return self._digest(f"account {user.id}")[:HALF_KEY]

    def _digest(self, content: str) -> str:
        key = subkey(self.settings.secret_keys[0], b"login throttle")
        return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


# {% endcall %}
