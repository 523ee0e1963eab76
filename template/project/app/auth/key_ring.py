# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""All configured token keys: the current ones sign, the others only verify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from jwt.algorithms import Algorithm

from app.auth.key_files import library_algorithm, read_private_key, read_public_keys
from app.auth.keys import PublicKey, SecretKey, Verifier, base64url, encode_segment
from app.auth.settings import AuthSettings


class Signer(Protocol):
    """Signs access tokens. Implement it for a key that never leaves a KMS."""

    async def sign(self, message: bytes) -> bytes:
        """Return the signature in the format of RFC 7518, section 3.

        Raise SigningUnavailable if the key cannot be reached.
        """
        ...


@dataclass(frozen=True)
class LocalSigner:
    """Signs with a key that this process holds."""

    algorithm: Algorithm
    key: Any = field(repr=False)

    async def sign(self, message: bytes) -> bytes:
        return self.algorithm.sign(message, self.key)


class KeyRing:
    """Finds the verifier of a token by the exact bytes of its header.

    Only headers that this server writes have a verifier. Another `alg`, `none`, `jwk`, `jku`,
    `crit` and an unknown `kid` are therefore rejected before anything is parsed (RFC 8725).
    """

    def __init__(self, settings: AuthSettings, signer: Signer | None = None) -> None:
        raw = settings.secret_keys
        refresh = [SecretKey.for_refresh(secret) for secret in raw]
        self.kid = refresh[0].kid
        self.refresh_signers = {key.kid: key for key in refresh}
        self.refresh_verifiers: dict[str, Verifier] = {key.header: key for key in refresh}
        devices = [SecretKey.for_device(secret) for secret in raw]
        self.device_signer = devices[0]
        self.device_verifiers: dict[str, Verifier] = {key.header: key for key in devices}
        # {% if "totp" in features %}
        challenges = [SecretKey.for_challenge(secret) for secret in raw]
        self.challenge_signer = challenges[0]
        self.challenge_verifiers: dict[str, Verifier] = {key.header: key for key in challenges}
        # {% endif %}

        self._signer, access = _access_keys(settings, raw, signer)
        self._check_signatures = signer is not None
        self.access_header = access[0].header
        self.access_verifiers: dict[str, Verifier] = {key.header: key for key in access}

    @property
    def public_keys(self) -> list[PublicKey]:
        """The public keys that verify access tokens."""
        return [key for key in self.access_verifiers.values() if isinstance(key, PublicKey)]

    async def sign_access(self, claims: Mapping[str, Any]) -> str:
        """Return an access token with these claims. Raise SigningUnavailable."""
        if self._signer is None:
            raise RuntimeError("no key signs access tokens: set private_key_file or pass a signer")
        content = f"{self.access_header}.{encode_segment(claims)}"
        signature = await self._signer.sign(content.encode())
        if self._check_signatures:
            self._refuse_foreign_signature(content.encode(), signature)
        return f"{content}.{base64url(signature)}"

    def _refuse_foreign_signature(self, message: bytes, signature: bytes) -> None:
        """Raise RuntimeError before a client gets a token that would not verify."""
        verifier = self.access_verifiers[self.access_header]
        if not library_algorithm(verifier.algorithm).verify(message, verifier.key, signature):
            raise RuntimeError(
                "the signer's signature does not verify: the first of public_key_files must be"
                " its public key, and the signature must have the format of RFC 7518"
            )


def check_signer(settings: AuthSettings, signer: Signer | None) -> None:
    """Raise ValueError unless exactly one key signs access tokens."""
    if settings.needs_signer and signer is None:
        raise ValueError("no key signs access tokens: set private_key_file or pass a signer")
    if signer is not None and not settings.needs_signer:
        raise ValueError("a signer was passed, but secret_key or private_key_file already signs")


def _access_keys(
    settings: AuthSettings,
    secrets: Sequence[bytes],
    signer: Signer | None,
) -> tuple[Signer | None, Sequence[Verifier]]:
    """Return the signer and the verifiers of access tokens, the signer's own key first."""
    name = settings.algorithm
    algorithm = library_algorithm(name)
    if not settings.is_asymmetric:
        keys = [SecretKey.for_access(secret, name) for secret in secrets]
        return LocalSigner(algorithm, secrets[0]), keys
    public_keys = read_public_keys(settings.public_key_files, name)
    if settings.private_key_file is not None:
        private_key = read_private_key(settings.private_key_file, name)
        public_keys.insert(0, private_key.public_key())
        signer = LocalSigner(algorithm, private_key)
    return signer, [PublicKey(name, key) for key in public_keys]


# {% endcall %}
