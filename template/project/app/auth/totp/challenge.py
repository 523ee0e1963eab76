"""Challenge tokens: what a login has proved so far, while it waits for the second factor."""

import hmac
from dataclasses import dataclass

from app.auth.identifiers import UserId
from app.auth.keys import subkey
from app.auth.login_throttle import Attempt
from app.auth.protocols import StoredUserProtocol
from app.auth.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Challenge:
    """The content of a challenge token. Alone, it opens nothing (SEC-123).

    `attempt` was counted for the password. `replaces` is a session that ends with the login.
    """

    user_id: UserId
    fingerprint: str
    methods: tuple[str, ...]
    attempt: Attempt | None
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Challenges:
    """Each token is bound to the stored password hash, so it ends with the password."""

    tools: Toolbox

    def issue(
        self,
        user_id: UserId,
        password_hash: str,
        *,
        methods: tuple[str, ...],
        attempt: Attempt | None,
        replaces: str | None,
    ) -> str:
        """Return the token of a login that has proved the user with these methods."""
        return self.tools.tokens.issue_challenge(
            user_id,
            {
                "pwd": self._fingerprints(password_hash)[0],
                "via": " ".join(methods),
                "counted": None if attempt is None else list(attempt.keys),
                "trusted": attempt is not None and attempt.is_trusted,
                "sid": replaces,
            },
        )

    def read(self, token: str) -> Challenge:
        """Raise InvalidToken for a token that was not issued here, or that has expired."""
        user_id, claims = self.tools.tokens.read_challenge(token)
        counted = claims["counted"]
        return Challenge(
            user_id=user_id,
            fingerprint=claims["pwd"],
            methods=tuple(claims["via"].split()),
            attempt=None if counted is None else Attempt(tuple(counted), claims["trusted"]),
            replaces=claims["sid"],
        )

    def is_current(self, challenge: Challenge, user: StoredUserProtocol) -> bool:
        """Return whether the password is still the one that the login has proved."""
        current = self._fingerprints(user.password_hash)
        return any(hmac.compare_digest(challenge.fingerprint, one) for one in current)

    def _fingerprints(self, password_hash: str) -> list[str]:
        secrets = self.tools.settings.secret_keys
        keys = [subkey(secret, b"password fingerprints") for secret in secrets]
        return [hmac.digest(key, password_hash.encode(), "sha256").hex() for key in keys]
