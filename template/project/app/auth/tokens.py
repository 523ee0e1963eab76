# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Issue and read the two kinds of token: a short access token and a rotating refresh token."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from app.auth.clock import Clock, utc_now
from app.auth.errors import InvalidToken
from app.auth.key_ring import KeyRing, Signer
from app.auth.keys import PublicKey, Verifier
from app.auth.settings import AuthSettings

MAX_LENGTH = 4096  # characters; ours have 400 to 1100
COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")  # RFC 7515, section 7.1
SESSION_ID = re.compile(r"[0-9a-f]{32}")
# Not zero: a host whose clock is a second behind would refuse fresh tokens as issued later.
LEEWAY = timedelta(seconds=10)
LATEST = 2**40  # seconds; a sane bound for every number in a token


@dataclass(frozen=True, slots=True)
class AccessClaims:
    user_id: int
    session_id: str


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    session_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Both tokens of a session; the lifetimes are in whole seconds from now."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    refresh_expires_in: int


class Tokens:
    """Issues tokens with the current key and reads those of every key in force."""

    def __init__(
        self,
        settings: AuthSettings,
        clock: Clock = utc_now,
        signer: Signer | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = KeyRing(settings, signer)

    @property
    def kid(self) -> str:
        """The id of the key that signs now; a session remembers it with its generation."""
        return self._keys.kid

    @property
    def public_keys(self) -> list[PublicKey]:
        """The keys with which everybody may verify access tokens; none while a secret signs."""
        return self._keys.public_keys

    async def issue_access(self, *, user_id: int, session_id: str) -> str:
        """Raise SigningUnavailable if the key is elsewhere and cannot be reached."""
        issued_at = int(self._clock().timestamp())
        return await self._keys.sign_access(
            {
                "sub": str(user_id),
                "sid": session_id,
                "jti": secrets.token_hex(16),
                "iat": issued_at,
                "exp": issued_at + int(self._settings.access_lifetime.total_seconds()),
                "iss": self._settings.issuer,
                "aud": self._settings.audience,
            }
        )

    def issue_refresh(
        self,
        *,
        session_id: str,
        generation: int,
        issued_at: datetime,
        expires_at: datetime,
        kid: str,
    ) -> str:
        """Return the one refresh token of a generation: equal arguments give an equal token.

        Raise InvalidToken if the key named by `kid` is no longer in force.
        """
        signer = self._keys.refresh_signers.get(kid)
        if signer is None:
            raise InvalidToken
        return signer.sign(
            {
                "sid": session_id,
                "gen": generation,
                "iat": int(issued_at.timestamp()),
                "exp": int(expires_at.timestamp()),
            }
        )

    def read_access(self, token: str, *, allow_expired: bool = False) -> AccessClaims:
        """Return the claims of an access token, or raise InvalidToken."""
        claims = _verified(token, self._keys.access_verifiers)
        self._check_times(claims, allow_expired=allow_expired)
        subject = claims.get("sub")
        if claims.get("iss") != self._settings.issuer:
            raise InvalidToken
        if claims.get("aud") != self._settings.audience:
            raise InvalidToken
        if not isinstance(subject, str) or not re.fullmatch("[1-9][0-9]{0,17}", subject):
            raise InvalidToken
        return AccessClaims(user_id=int(subject), session_id=_session_id(claims))

    def read_refresh(self, token: str, *, allow_expired: bool = False) -> RefreshClaims:
        """Return the claims of a refresh token, or raise InvalidToken."""
        claims = _verified(token, self._keys.refresh_verifiers)
        self._check_times(claims, allow_expired=allow_expired)
        return RefreshClaims(session_id=_session_id(claims), generation=_number(claims, "gen"))

    def session_of(self, token: str) -> str:
        """Return the session id of either kind of token, expired or not, or raise InvalidToken."""
        try:
            return self.read_access(token, allow_expired=True).session_id
        except InvalidToken:
            return self.read_refresh(token, allow_expired=True).session_id

    def _check_times(self, claims: Mapping[str, Any], *, allow_expired: bool) -> None:
        now = self._clock()
        expired = now >= _instant(claims, "exp") + LEEWAY
        if _instant(claims, "iat") > now + LEEWAY or (expired and not allow_expired):
            raise InvalidToken


def _verified(token: str, verifiers: Mapping[str, Verifier]) -> dict[str, Any]:
    if len(token) > MAX_LENGTH or not COMPACT_FORM.fullmatch(token):
        raise InvalidToken
    verifier = verifiers.get(token.partition(".")[0])
    if verifier is None:
        raise InvalidToken
    try:
        return verifier.claims_of(token)
    except jwt.PyJWTError as error:
        raise InvalidToken from error


def _session_id(claims: Mapping[str, Any]) -> str:
    session_id = claims.get("sid")
    if not isinstance(session_id, str) or not SESSION_ID.fullmatch(session_id):
        raise InvalidToken
    return session_id


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(_number(claims, name), UTC)


def _number(claims: Mapping[str, Any], name: str) -> int:
    """Return a whole number; PyJWT alone accepts a string or 1e30 as `exp` (SEC-34)."""
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < LATEST:
        raise InvalidToken
    return value


# {% endcall %}
