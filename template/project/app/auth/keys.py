"""The keys of tokens: an HMAC key signs and verifies, a public key only verifies."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from jwt import DecodeError, InvalidSignatureError
from jwt.utils import base64url_decode, base64url_encode

from app.auth.key_files import library_algorithm

ACCESS = "at+jwt"  # RFC 9068, section 2.1
REFRESH = "rt+jwt"
# Only this server reads refresh tokens, and the same successor must come out twice: an HMAC.
REFRESH_ALGORITHM = "HS256"
# What public keys of all types are made of (RFC 7638, section 3.2 and RFC 8037, section 2).
PUBLIC_MEMBERS = ("crv", "e", "kty", "n", "x", "y")


class Verifier(Protocol):
    """Checks the signature of tokens with one header and returns their claims."""

    @property
    def header(self) -> str: ...

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
        object.__setattr__(self, "header", header_of(self.algorithm, self.kid, self.typ))

    @classmethod
    def for_access(cls, secret: bytes, algorithm: str) -> "SecretKey":
        """Use the secret itself, so that a service that shares it can verify."""
        return cls(_kid(secret), ACCESS, algorithm, secret)

    @classmethod
    def for_refresh(cls, secret: bytes) -> "SecretKey":
        """Derive a key that has this one purpose (SEC-87)."""
        return cls(_kid(secret), REFRESH, REFRESH_ALGORITHM, subkey(secret, b"refresh tokens"))

    def sign(self, claims: Mapping[str, Any]) -> str:
        content = f"{self.header}.{segment_of(claims)}"
        signature = library_algorithm(self.algorithm).sign(content.encode(), self.secret)
        return f"{content}.{base64url(signature)}"

    def claims_of(self, token: str) -> dict[str, Any]:
        return _verified_claims(token, self.algorithm, self.secret)


@dataclass(frozen=True)
class PublicKey:
    """The half of a key pair that verifies access tokens; `jwk` is how others get it (RFC 7517)."""

    algorithm: str
    key: Any = field(repr=False)
    jwk: dict[str, str] = field(init=False)
    header: str = field(init=False)

    def __post_init__(self) -> None:
        known = library_algorithm(self.algorithm).to_jwk(self.key, as_dict=True)
        members = {name: known[name] for name in PUBLIC_MEMBERS if name in known}
        kid = _thumbprint(members)
        jwk = {**members, "kid": kid, "use": "sig", "alg": self.algorithm}
        object.__setattr__(self, "jwk", jwk)
        object.__setattr__(self, "header", header_of(self.algorithm, kid, ACCESS))

    def claims_of(self, token: str) -> dict[str, Any]:
        return _verified_claims(token, self.algorithm, self.key)


def header_of(algorithm: str, kid: str, typ: str) -> str:
    """Return the first segment of all tokens of one key: always the same bytes."""
    return segment_of({"alg": algorithm, "kid": kid, "typ": typ})


def segment_of(content: Mapping[str, Any]) -> str:
    """Return a segment that says this in as few bytes as can be."""
    return base64url(json.dumps(content, separators=(",", ":")).encode())


def base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return base64url_encode(data).decode()


def subkey(key: bytes, purpose: bytes) -> bytes:
    """Derive a key for one purpose, so that no two uses share one (NIST SP 800-108)."""
    return hmac.digest(key, purpose, "sha256")


def _kid(key: bytes) -> str:
    return hashlib.sha256(subkey(key, b"key id")).hexdigest()[:16]


def _thumbprint(members: Mapping[str, str]) -> str:
    """Return the name that everybody gives a public key (RFC 7638), in full."""
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


def _verified_claims(token: str, algorithm: str, key: Any) -> dict[str, Any]:
    """Read what a token says, but not before its signature was verified.

    PyJWT verifies it. Its decoder would parse the header and look at every character again, which
    the key ring and tokens.py have done more strictly, and takes a tenth of a request for it.
    """
    content, _, segment = token.rpartition(".")
    signature = _decoded(segment)
    if not library_algorithm(algorithm).verify(content.encode(), key, signature):
        raise InvalidSignatureError("the signature is not one of this key")
    try:
        claims: Any = json.loads(_decoded(content.partition(".")[2]))
    except (ValueError, RecursionError):
        raise DecodeError("the payload is no JSON") from None
    if not isinstance(claims, dict):
        raise DecodeError("the payload is no JSON object")
    return cast(dict[str, Any], claims)


def _decoded(segment: str) -> bytes:
    """Return what a segment spells, which can be spelled in one way only (RFC 7515, section 2)."""
    try:
        data = base64url_decode(segment)
    except ValueError:
        raise DecodeError("a segment is not base64url") from None
    respelled = base64url(data)
    if respelled != segment:
        raise DecodeError("a segment has bits that say nothing")
    return data
