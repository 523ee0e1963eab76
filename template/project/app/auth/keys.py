# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Token keys: an HMAC key signs and verifies, a public key only verifies."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from jwt import PyJWK
from jwt.algorithms import HMACAlgorithm
from jwt.utils import base64url_encode

from app.auth.key_files import library_algorithm

ACCESS = "at+jwt"  # RFC 9068, section 2.1
REFRESH = "rt+jwt"
DEVICE = "dt+jwt"
# {% if "totp" in features %}
CHALLENGE = "lc+jwt"
# {% endif %}
# HMAC: only this server reads these tokens, and issuing a refresh token again must give the same
# bytes.
OWN_ALGORITHM = "HS256"
# The public members of all key types (RFC 7638, section 3.2 and RFC 8037, section 2).
PUBLIC_MEMBERS = ("crv", "e", "kty", "n", "x", "y")


class CheckedHMAC(HMACAlgorithm):
    """PyJWT's HMAC, without the check of the key that PyJWT repeats for each token.

    The settings refuse a secret that PyJWT would refuse, and the other keys are derived.
    """

    def prepare_key(self, key: Any) -> bytes:
        return bytes(key)


@dataclass(frozen=True)
class SecretKey:
    """An HMAC key for one type of token. `prepared` is its form for `jwt.decode`."""

    kid: str
    typ: str
    algorithm: str
    key: bytes = field(repr=False)
    header: str = field(init=False)
    prepared: PyJWK = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", encode_header(self.algorithm, self.kid, self.typ))
        prepared = PyJWK(HMACAlgorithm.to_jwk(self.key, as_dict=True), self.algorithm)
        prepared.Algorithm = CheckedHMAC(cast(HMACAlgorithm, prepared.Algorithm).hash_alg)
        object.__setattr__(self, "prepared", prepared)

    @classmethod
    def for_access(cls, secret: bytes, algorithm: str) -> "SecretKey":
        """Use the secret itself, so that services that share it can verify tokens."""
        return cls(_kid(secret), ACCESS, algorithm, secret)

    @classmethod
    def for_refresh(cls, secret: bytes) -> "SecretKey":
        """Derive a key that is used for refresh tokens only (SEC-87)."""
        return cls(_kid(secret), REFRESH, OWN_ALGORITHM, subkey(secret, b"refresh tokens"))

    @classmethod
    def for_device(cls, secret: bytes) -> "SecretKey":
        """Derive a key that is used for device tokens only (SEC-87)."""
        return cls(_kid(secret), DEVICE, OWN_ALGORITHM, subkey(secret, b"device tokens"))

    # {% if "totp" in features %}
    @classmethod
    def for_challenge(cls, secret: bytes) -> "SecretKey":
        """Derive a key that is used for logins that wait for the second factor only (SEC-87)."""
        return cls(_kid(secret), CHALLENGE, OWN_ALGORITHM, subkey(secret, b"login challenge"))

    # {% endif %}
    def sign(self, claims: Mapping[str, Any]) -> str:
        content = f"{self.header}.{encode_segment(claims)}"
        signature = library_algorithm(self.algorithm).sign(content.encode(), self.key)
        return f"{content}.{base64url(signature)}"


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies access tokens. `jwk` is its published form (RFC 7517)."""

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
        object.__setattr__(self, "header", encode_header(self.algorithm, kid, ACCESS))

    @property
    def prepared(self) -> Any:
        """The form for `jwt.decode`."""
        return self.key


Verifier = SecretKey | PublicKey  # `jwt.decode` takes its algorithm and its prepared key


def encode_header(algorithm: str, kid: str, typ: str) -> str:
    """Return the first segment, which is the same for all tokens of a key."""
    return encode_segment({"alg": algorithm, "kid": kid, "typ": typ})


def encode_segment(content: Mapping[str, Any]) -> str:
    """Encode as compact JSON in base64url."""
    return base64url(json.dumps(content, separators=(",", ":")).encode())


def base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return base64url_encode(data).decode()


def subkey(key: bytes, purpose: bytes) -> bytes:
    """Derive a separate key for one purpose (NIST SP 800-108)."""
    return hmac.digest(key, purpose, "sha256")


def _kid(key: bytes) -> str:
    return hashlib.sha256(subkey(key, b"key id")).hexdigest()[:16]


def _thumbprint(members: Mapping[str, str]) -> str:
    """Return the full RFC 7638 thumbprint of a public key."""
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


# {% endcall %}
