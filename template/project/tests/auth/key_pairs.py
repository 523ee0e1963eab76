"""Key pairs for tests, generated once per run, and their files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

ALGORITHMS = ("EdDSA", "ES256", "RS256")
GENERATORS: dict[str, Callable[[], Any]] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "Ed448": ed448.Ed448PrivateKey.generate,
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA of 1024 bits": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 -- must be refused
}


@dataclass(frozen=True)
class KeyPair:
    """Both halves of a key."""

    key: Any

    @property
    def private_pem(self) -> bytes:
        pem: bytes = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem

    @property
    def public_pem(self) -> bytes:
        form = PublicFormat.SubjectPublicKeyInfo
        pem: bytes = self.key.public_key().public_bytes(Encoding.PEM, form)
        return pem

    def files(self, folder: Path, name: str = "key") -> tuple[Path, Path]:
        """Write both halves. Return the path of the private one, then of the public one."""
        private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
        private.write_bytes(self.private_pem)
        public.write_bytes(self.public_pem)
        return private, public


def key_pair(kind: str, number: int = 1) -> KeyPair:
    """Return the key pair with this number, for an algorithm or of another kind."""
    return _generate(kind, number)


@cache
def _generate(kind: str, _: int) -> KeyPair:
    return KeyPair(GENERATORS[kind]())
