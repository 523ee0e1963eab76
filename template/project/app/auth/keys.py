"""The keys that sign tokens: one signs, earlier ones only verify, each purpose has its own."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt

from app.auth.settings import AuthSettings

ACCESS = "at+jwt"  # RFC 9068, section 2.1
REFRESH = "rt+jwt"
# Only this server reads refresh tokens, and the same successor must come out twice: an HMAC.
REFRESH_ALGORITHM = "HS256"


class Signer(Protocol):
    """Turns claims into a signed token: the seam for a key that lives in a KMS.

    `header` is the first segment of every token that it signs, and with it `alg`, `kid` and `typ`.
    """

    @property
    def header(self) -> str: ...

    def sign(self, claims: Mapping[str, Any]) -> str: ...


class Verifier(Protocol):
    """Checks the signature of tokens with one header and returns their claims."""

    def claims_of(self, token: str) -> dict[str, Any]:
        """Raise jwt.PyJWTError if the signature is wrong."""
        ...


@dataclass(frozen=True)
class SecretKey:
    """An HMAC key for one kind of token: signs and verifies."""

    kid: str
    typ: str
    algorithm: str
    secret: bytes = field(repr=False)
    header: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", self.sign({}).partition(".")[0])

    def sign(self, claims: Mapping[str, Any]) -> str:
        headers = {"kid": self.kid, "typ": self.typ}
        return _jwt.encode(dict(claims), self.secret, self.algorithm, headers=headers)

    def claims_of(self, token: str) -> dict[str, Any]:
        return _jwt.decode(token, self.secret, [self.algorithm], options=_SIGNATURE_ONLY)


class KeyRing:
    """All keys in force, found by the exact header of the tokens that they signed.

    A header that this server did not write byte for byte names no key. That refuses another
    `alg`, `none`, `jwk`, `jku`, `crit` and an unknown `kid` before anything is parsed (RFC 8725).
    """

    def __init__(self, settings: AuthSettings) -> None:
        secrets = (settings.secret_key, *settings.secret_key_previous)
        raw = [secret.get_secret_value().encode() for secret in secrets]
        access = [SecretKey(_kid(key), ACCESS, settings.algorithm, key) for key in raw]
        refresh = [
            SecretKey(_kid(key), REFRESH, REFRESH_ALGORITHM, subkey(key, b"refresh tokens"))
            for key in raw
        ]
        self.kid = access[0].kid
        self.access_signer: Signer = access[0]
        self.access_verifiers: dict[str, Verifier] = {key.header: key for key in access}
        self.refresh_signers: dict[str, Signer] = {key.kid: key for key in refresh}
        self.refresh_verifiers: dict[str, Verifier] = {key.header: key for key in refresh}


# Everything but the signature is checked in tokens.py, against the injected clock.
_SIGNATURE_ONLY: Any = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}
_jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})


def subkey(key: bytes, purpose: bytes) -> bytes:
    """Derive a key for one purpose, so that no two uses share one (NIST SP 800-108)."""
    return hmac.digest(key, purpose, "sha256")


def _kid(key: bytes) -> str:
    return hashlib.sha256(subkey(key, b"key id")).hexdigest()[:16]
