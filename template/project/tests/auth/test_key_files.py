"""Unusable key files prevent startup, and their content is not shown."""

from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import ValidationError

from tests.auth.conftest import settings_with
from tests.auth.key_pairs import ALGORITHMS, key_pair
from tests.conftest import SECRET_KEY

# Kinds of key that each algorithm refuses.
OTHER_KINDS = {
    "EdDSA": ("ES256", "RS256", "Ed448"),
    "ES256": ("EdDSA", "RS256", "P-384"),
    "RS256": ("EdDSA", "ES256", "RSA of 1024 bits"),  # RFC 7518, section 3.3
}
MISMATCHES = [(algorithm, kind) for algorithm, kinds in OTHER_KINDS.items() for kind in kinds]

PUBLIC = key_pair("ES256").public_pem
PRIVATE = key_pair("ES256").private_pem
ENCRYPTED = key_pair("ES256").key.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase")
)
TRADITIONAL_ENCRYPTED = key_pair("ES256").key.private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"passphrase")
)
TRADITIONAL = key_pair("ES256").key.private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
)
DAMAGED = PRIVATE.replace(b"M", b"N", 1)

# The content of a file, and the error message.
REFUSED_PRIVATE = {
    "nothing": (b"", "is not a PKCS #8 private key in PEM"),
    "text": (b"a good long passphrase", "is not a PKCS #8 private key in PEM"),
    "binary": (b"0\x81\x87\xff", "is not a PKCS #8 private key in PEM"),
    "a public key": (PUBLIC, "is not a PKCS #8 private key in PEM"),
    "a key of another form": (TRADITIONAL, "is not a PKCS #8 private key in PEM"),
    "two keys": (PRIVATE * 2, "is not a PKCS #8 private key in PEM"),
    "a certificate too": (
        PRIVATE + b"-----BEGIN CERTIFICATE-----\n",
        "is not a PKCS #8 private key in PEM",
    ),
    "an encrypted key": (ENCRYPTED, "is encrypted"),
    "an encrypted key of another form": (TRADITIONAL_ENCRYPTED, "is encrypted"),
    "a damaged key": (DAMAGED, "has no key for ES256"),
}
REFUSED_PUBLIC = {
    "nothing": (b"", "is not a public key in PEM"),
    "text": (b"ssh-ed25519 AAAA", "is not a public key in PEM"),
    "a certificate": (b"-----BEGIN CERTIFICATE-----\n", "is not a public key in PEM"),
    "two keys": (PUBLIC * 2, "is not a public key in PEM"),
    "a private key": (PRIVATE, "has a private key"),
    "a private key of another form": (TRADITIONAL, "has a private key"),
    "an encrypted private key": (ENCRYPTED, "has a private key"),
    "a private key too": (PUBLIC + PRIVATE, "has a private key"),
    "a damaged key": (PUBLIC.replace(b"M", b"N", 1), "has no key for ES256"),
}


def refusal_message(**changes: object) -> str:
    """Return the only validation error of the settings."""
    with pytest.raises(ValidationError) as refusal:
        settings_with(**changes)
    (problem,) = refusal.value.errors()
    name = ".".join(map(str, problem["loc"])) or "settings"
    return f"{name}: {problem['msg']}"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """A function that writes a key file and returns its path."""

    def write(content: bytes) -> Path:
        path = tmp_path / "key.pem"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_of_the_algorithm_is_accepted(algorithm: str, tmp_path: Path) -> None:
    private, public = key_pair(algorithm).files(tmp_path)

    settings = settings_with(
        algorithm=algorithm,
        private_key_file=str(private),
        public_key_files=f"{public}, {public}",
    )

    assert settings.private_key_file == private
    assert settings.public_key_files == (public, public)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_missing_private_key_is_refused(algorithm: str) -> None:
    message = refusal_message(algorithm=algorithm)

    assert "private_key_file is not set" in message


def test_public_key_alone_leaves_signing_to_code(tmp_path: Path) -> None:
    _, public = key_pair("ES256").files(tmp_path)

    settings = settings_with(algorithm="ES256", public_key_files=[public])

    assert settings.needs_signer


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("name", ["private_key_file", "public_key_files"])
def test_key_file_is_refused_if_a_secret_signs(
    algorithm: str,
    name: str,
    tmp_path: Path,
) -> None:
    private, public = key_pair("ES256").files(tmp_path)
    path = private if name == "private_key_file" else public

    message = refusal_message(secret_key=SECRET_KEY * 2, algorithm=algorithm, **{name: str(path)})

    assert message.startswith(f"{name}: Value error, {algorithm} ")
    assert "with the secret key" in message


@pytest.mark.parametrize(("content", "reason"), REFUSED_PRIVATE.values(), ids=REFUSED_PRIVATE)
def test_file_that_is_not_a_private_key_is_refused(
    file: Callable[[bytes], Path],
    content: bytes,
    reason: str,
) -> None:
    message = refusal_message(algorithm="ES256", private_key_file=file(content))

    assert message.startswith("private_key_file: ")
    assert reason in message


@pytest.mark.parametrize(("content", "reason"), REFUSED_PUBLIC.values(), ids=REFUSED_PUBLIC)
def test_file_that_is_not_a_public_key_is_refused(
    file: Callable[[bytes], Path],
    tmp_path: Path,
    content: bytes,
    reason: str,
) -> None:
    _, good = key_pair("ES256").files(tmp_path, "good")

    message = refusal_message(algorithm="ES256", public_key_files=[good, file(content)])

    assert message.startswith("public_key_files: ")
    assert f"file 2 {reason}" in message


@pytest.mark.parametrize(("algorithm", "kind"), MISMATCHES)
def test_key_of_another_kind_is_refused(tmp_path: Path, algorithm: str, kind: str) -> None:
    private, public = key_pair(kind).files(tmp_path)

    of_private = refusal_message(algorithm=algorithm, private_key_file=private)
    of_public = refusal_message(algorithm=algorithm, public_key_files=[public])

    assert f"private_key_file: Value error, the file has no key for {algorithm}" in of_private
    assert f"public_key_files: Value error, file 1 has no key for {algorithm}" in of_public


@pytest.mark.parametrize("name", ["nowhere.pem", "."])
def test_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    message = refusal_message(algorithm="EdDSA", private_key_file=tmp_path / name)

    assert "private_key_file: Value error, the file cannot be read" in message
    assert str(tmp_path) not in message


def test_key_in_place_of_its_path_is_refused_and_not_shown() -> None:
    pem = PRIVATE.decode()

    message = refusal_message(algorithm="ES256", private_key_file=pem)

    assert "contains the key itself" in message
    assert pem.splitlines()[1] not in message


@pytest.mark.parametrize(
    "content",
    [PRIVATE * 2, DAMAGED, TRADITIONAL, ENCRYPTED],
    ids=["twice", "damaged", "traditional", "encrypted"],
)
def test_refusal_shows_nothing_of_the_key(
    file: Callable[[bytes], Path],
    content: bytes,
) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings_with(algorithm="ES256", private_key_file=file(content))

    cause = refusal.value.errors()[0]["ctx"]["error"]
    shown = repr(refusal.value) + str(refusal.value) + repr(cause)
    lines = [line for line in content.decode().splitlines() if not line.startswith("-----")]
    assert [line for line in lines if line[:9] in shown] == []


def test_missing_package_is_named() -> None:
    """PyJWT needs `cryptography` for this algorithm."""
    known = jwt.get_algorithm_by_name("EdDSA")
    jwt.unregister_algorithm("EdDSA")
    try:
        message = refusal_message(algorithm="EdDSA")
    finally:
        jwt.register_algorithm("EdDSA", known)

    assert message.endswith("EdDSA needs another package: run `uv add cryptography`")


def test_secret_must_be_long_enough_for_refresh_tokens(tmp_path: Path) -> None:
    private, _ = key_pair("EdDSA").files(tmp_path)

    message = refusal_message(
        secret_key=SECRET_KEY[:31],
        algorithm="EdDSA",
        private_key_file=private,
    )

    assert "secret_key is too short: HS256 needs at least 32 bytes" in message
