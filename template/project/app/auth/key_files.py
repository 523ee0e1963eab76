"""Read the PEM files of key pairs, and say what is wrong with one without showing any of it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jwt
from jwt.algorithms import Algorithm

# What each algorithm signs with (RFC 8037; RFC 7518, sections 3.4 and 3.3), and its curve.
KEY_TYPES = {
    "EdDSA": ("an Ed25519 key", "Ed25519"),
    "ES256": ("a P-256 key", "P-256"),
    "RS256": ("an RSA key of at least 2048 bits", None),
}
LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")  # RFC 7468, section 2


def library_algorithm(name: str) -> Algorithm:
    """Return what signs and verifies. Raise ValueError if a package is missing for it."""
    try:
        return jwt.get_algorithm_by_name(name)
    except NotImplementedError:
        raise ValueError(f"{name} needs another package: uv add cryptography") from None


def read_private_key(path: Path, algorithm: str) -> Any:
    """Return a private key. Raise ValueError if it cannot be one for this algorithm."""
    try:
        pem, labels = _read(path)
        if labels == [b"ENCRYPTED PRIVATE KEY"] or b"Proc-Type: 4,ENCRYPTED" in pem:
            raise ValueError("is encrypted, and there is no setting for its passphrase")
        if labels != [b"PRIVATE KEY"]:
            raise ValueError("is not a private key as PEM in PKCS #8 (-----BEGIN PRIVATE KEY-----)")
        return _parsed(pem, algorithm)
    except ValueError as error:
        raise ValueError(f"the file {error}") from None


def read_public_keys(paths: Iterable[Path], algorithm: str) -> list[Any]:
    """Return public keys. Raise ValueError if one cannot be one for this algorithm."""
    keys: list[Any] = []
    for number, path in enumerate(paths, start=1):
        try:
            keys.append(_read_public_key(path, algorithm))
        except ValueError as error:
            raise ValueError(f"file {number} {error}") from None
    return keys


def _read_public_key(path: Path, algorithm: str) -> Any:
    pem, labels = _read(path)
    if any(label.endswith(b"PRIVATE KEY") for label in labels):
        raise ValueError("holds a private key: give its public half, and keep this one away")
    if labels != [b"PUBLIC KEY"]:
        raise ValueError("is not a public key as PEM (-----BEGIN PUBLIC KEY-----)")
    return _parsed(pem, algorithm)


def _read(path: Path) -> tuple[bytes, list[bytes]]:
    # The path itself is never shown: somebody may have pasted the key there.
    if "-----BEGIN" in str(path):
        raise ValueError("must be given by its path, and this is the key itself")
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    return pem, LABEL.findall(pem)


def _parsed(pem: bytes, name: str) -> Any:
    kind, curve = KEY_TYPES[name]
    algorithm = library_algorithm(name)
    try:
        key: Any = algorithm.prepare_key(pem)
        fits = algorithm.to_jwk(key, as_dict=True).get("crv") == curve
        fits = fits and not algorithm.check_key_length(key)
    except Exception:  # the parser's many kinds, which are another package's; none is repeated
        key, fits = None, False
    if not fits:
        raise ValueError(f"holds no key for {name}, which takes {kind}")
    return key
