"""PEM files of key pairs. Errors show neither the path nor the content of a file."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jwt
from jwt.algorithms import Algorithm

# The key type and curve of each algorithm (RFC 8037; RFC 7518, sections 3.4 and 3.3).
KEY_TYPES = {
    "EdDSA": ("an Ed25519 key", "Ed25519"),
    "ES256": ("a P-256 key", "P-256"),
    "RS256": ("an RSA key of at least 2048 bits", None),
}
LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")  # RFC 7468, section 2


def library_algorithm(name: str) -> Algorithm:
    """Return PyJWT's implementation. Raise ValueError if it needs a package that is missing."""
    try:
        return jwt.get_algorithm_by_name(name)
    except NotImplementedError:
        raise ValueError(f"{name} needs another package: run `uv add cryptography`") from None


def read_private_key(path: Path, algorithm: str) -> Any:
    """Raise ValueError if the file does not have a private key for this algorithm."""
    try:
        pem, labels = _read(path)
        if labels == [b"ENCRYPTED PRIVATE KEY"] or b"Proc-Type: 4,ENCRYPTED" in pem:
            raise ValueError("is encrypted, but there is no setting for a passphrase")
        if labels != [b"PRIVATE KEY"]:
            raise ValueError("is not a PKCS #8 private key in PEM (-----BEGIN PRIVATE KEY-----)")
        return _parsed(pem, algorithm)
    except ValueError as error:
        raise ValueError(f"the file {error}") from None


def read_public_keys(paths: Iterable[Path], algorithm: str) -> list[Any]:
    """Raise ValueError if a file does not have a public key for this algorithm."""
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
        raise ValueError("has a private key: use its public key, and keep the private key secret")
    if labels != [b"PUBLIC KEY"]:
        raise ValueError("is not a public key in PEM (-----BEGIN PUBLIC KEY-----)")
    return _parsed(pem, algorithm)


def _read(path: Path) -> tuple[bytes, list[bytes]]:
    # Errors never show the path, because a pasted key may be in its place.
    if "-----BEGIN" in str(path):
        raise ValueError("must be given as a path, but the setting contains the key itself")
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
    except Exception:  # parsers raise many types, and their messages may show the key
        key, fits = None, False
    if not fits:
        raise ValueError(f"has no key for {name}, which requires {kind}")
    return key
