# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Short-lived access tokens, rotating refresh tokens, and long-lived device tokens."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Any

import jwt
from jwt.types import Options

from app.auth.clock import Clock, utc_now
from app.auth.errors import InvalidToken
from app.auth.identifiers import UserId, read_user_id
from app.auth.key_ring import KeyRing, Signer
from app.auth.keys import PublicKey, Verifier
from app.auth.protocols import SessionProtocol
from app.auth.settings import AuthSettings

MAX_LENGTH = 4096  # characters; ours have 400 to 1100
COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")  # RFC 7515, section 7.1
SESSION_ID = re.compile(r"[0-9a-f]{32}")
# Without leeway, a host whose clock is behind would reject tokens that others just issued.
LEEWAY = timedelta(seconds=10)
DEVICE_LIFETIME = timedelta(days=400)  # browsers store nothing for longer
# {% if "totp" in features %}
CHALLENGE_LIFETIME = timedelta(minutes=5)
# {% endif %}
MAX_CLAIM_TIMESTAMP = 253_402_300_799  # 9999-12-31T23:59:59Z
MAX_GENERATION = 2**31 - 2  # the next generation still fits the column
# PyJWT uses the system clock and accepts "900" as a number, so _check_times replaces its checks.
OWN_TIMES: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
ACCESS_OPTIONS: Options = {**OWN_TIMES, "require": ["jti"], "strict_aud": True}  # RFC 9068, 2.2
OWN_OPTIONS: Options = {**OWN_TIMES, "verify_aud": False}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    user_id: UserId
    session_id: str


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    session_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class DeviceClaims:
    user_id: UserId
    device_id: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of a session. Lifetimes are in whole seconds from the time of issue.

    The device token is for later logins, so only a login has one.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    refresh_expires_in: int
    device_token: str | None = field(default=None, repr=False)


class Tokens:
    """Signs tokens with the current keys and accepts those of every configured key."""

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
        """The id of the current refresh key. A session stores it with its generation."""
        return self._keys.kid

    @property
    def public_keys(self) -> list[PublicKey]:
        """The public keys that verify access tokens. There are none if a secret signs them."""
        return self._keys.public_keys

    async def issue_pair(self, session: SessionProtocol) -> TokenPair:
        """Issue both tokens. Within a generation, the refresh token is always the same."""
        access_token = await self.issue_access(user_id=session.user_id, session_id=session.id)
        refresh_token = self.issue_refresh(
            session_id=session.id,
            generation=session.generation,
            issued_at=session.rotated_at,
            expires_at=session.idle_expires_at,
            kid=session.kid,
        )
        remaining = session.idle_expires_at - self._clock()
        return TokenPair(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_in=int(self._settings.access_lifetime.total_seconds()),
            refresh_expires_in=max(0, ceil(remaining.total_seconds())),
        )

    async def issue_access(self, *, user_id: UserId, session_id: str) -> str:
        """Raise SigningUnavailable if an external signer cannot be reached."""
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
        """Return the refresh token of a generation. Equal arguments give equal tokens.

        Raise InvalidToken if the key `kid` is no longer configured.
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

    def read_access(self, token: str, *, expired_for: timedelta = timedelta(0)) -> AccessClaims:
        """Return the claims of an access token, or raise InvalidToken.

        The token may have expired at most `expired_for` ago.
        """
        claims = _verified(
            token,
            self._keys.access_verifiers,
            issuer=self._settings.issuer,
            audience=self._settings.audience,
            options=ACCESS_OPTIONS,
        )
        max_age = self._settings.access_lifetime.total_seconds()
        self._check_times(claims, max_age=max_age, expired_for=expired_for)
        return AccessClaims(user_id=_user_id(claims), session_id=_random_id(claims, "sid"))

    def read_refresh(self, token: str) -> RefreshClaims:
        """Return the claims of a refresh token, or raise InvalidToken."""
        claims = _verified(token, self._keys.refresh_verifiers, options=OWN_OPTIONS)
        # No maximum age: the expiry in the session's row decides.
        self._check_times(claims, max_age=inf)
        generation = _number(claims.get("gen"), MAX_GENERATION)
        return RefreshClaims(session_id=_random_id(claims, "sid"), generation=generation)

    def issue_device(self, *, user_id: UserId) -> str:
        """Return a token with which a client shows that the user has signed in on it before."""
        issued_at = int(self._clock().timestamp())
        return self._keys.device_signer.sign(
            {
                "sub": str(user_id),
                "jti": secrets.token_hex(16),
                "iat": issued_at,
                "exp": issued_at + int(DEVICE_LIFETIME.total_seconds()),
            }
        )

    def read_device(self, token: str) -> DeviceClaims:
        """Return the claims of a device token, or raise InvalidToken."""
        claims = _verified(token, self._keys.device_verifiers, options=OWN_OPTIONS)
        self._check_times(claims, max_age=inf)
        return DeviceClaims(user_id=_user_id(claims), device_id=_random_id(claims, "jti"))

    # {% if "totp" in features %}
    def issue_challenge(self, user_id: UserId, proved: Mapping[str, Any]) -> str:
        """Return a token with what a login has proved before it asks for the second factor."""
        issued_at = int(self._clock().timestamp())
        expires_at = issued_at + int(CHALLENGE_LIFETIME.total_seconds())
        claims = {"sub": str(user_id), "iat": issued_at, "exp": expires_at}
        return self._keys.challenge_signer.sign(claims | dict(proved))

    def read_challenge(self, token: str) -> tuple[UserId, Mapping[str, Any]]:
        """Return the user and the claims of a challenge token, or raise InvalidToken."""
        claims = _verified(token, self._keys.challenge_verifiers, options=OWN_OPTIONS)
        self._check_times(claims, max_age=CHALLENGE_LIFETIME.total_seconds())
        return _user_id(claims), claims

    # {% endif %}
    def read_session_id(self, token: str) -> str:
        """Return the session id of either kind of token, or raise InvalidToken.

        An access token may have expired, but not longer ago than a session lives without use.
        """
        try:
            return self.read_access(token, expired_for=self._settings.idle_lifetime).session_id
        except InvalidToken:
            return self.read_refresh(token).session_id

    def _check_times(
        self,
        claims: Mapping[str, Any],
        *,
        max_age: float,
        expired_for: timedelta = timedelta(0),
    ) -> None:
        now = self._clock()
        issued_at = _timestamp(claims.get("iat"))
        starts_at = max(issued_at, _timestamp(claims.get("nbf", 0)))
        # Lowering the setting also expires tokens that were issued before.
        ends_at = min(_timestamp(claims.get("exp")), issued_at + max_age)
        if starts_at > (now + LEEWAY).timestamp():
            raise InvalidToken
        if ends_at <= (now - LEEWAY - expired_for).timestamp():
            raise InvalidToken


def _verified(token: str, verifiers: Mapping[str, Verifier], **checks: Any) -> dict[str, Any]:
    if len(token) > MAX_LENGTH or not COMPACT_FORM.fullmatch(token):
        raise InvalidToken
    verifier = verifiers.get(token.partition(".")[0])
    if verifier is None:
        raise InvalidToken
    try:
        return jwt.decode(token, verifier.prepared, algorithms=[verifier.algorithm], **checks)
    except jwt.PyJWTError as error:
        raise InvalidToken from error


def _user_id(claims: Mapping[str, Any]) -> UserId:
    user_id = read_user_id(claims.get("sub"))
    if user_id is None:
        raise InvalidToken
    return user_id


def _random_id(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not SESSION_ID.fullmatch(value):
        raise InvalidToken
    return value


def _timestamp(value: object) -> int:
    return _number(value, MAX_CLAIM_TIMESTAMP)


def _number(value: object, maximum: int) -> int:
    """Return an int in bounds. Raise InvalidToken for a string, float or bool (SEC-34)."""
    if type(value) is not int or not 0 <= value <= maximum:
        raise InvalidToken
    return value


# {% endcall %}
