"""Files that cannot be the keys of an algorithm stop the application, and are not shown."""

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

# Which kinds of key no algorithm but its own takes.
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

# What a file holds, and what is said of it.
REFUSED_PRIVATE = {
    "nothing": (b"", "is not a private key as PEM"),
    "text": (b"a good long passphrase", "is not a private key as PEM"),
    "binary": (b"0\x81\x87\xff", "is not a private key as PEM"),
    "a public key": (PUBLIC, "is not a private key as PEM"),
    "a key of another form": (TRADITIONAL, "is not a private key as PEM"),
    "two keys": (PRIVATE * 2, "is not a private key as PEM"),
    "a certificate too": (
        PRIVATE + b"-----BEGIN CERTIFICATE-----\n",
        "is not a private key as PEM",
    ),
    "an encrypted key": (ENCRYPTED, "is encrypted"),
    "an encrypted key of another form": (TRADITIONAL_ENCRYPTED, "is encrypted"),
    "a damaged key": (DAMAGED, "holds no key for ES256"),
}
REFUSED_PUBLIC = {
    "nothing": (b"", "is not a public key as PEM"),
    "text": (b"ssh-ed25519 AAAA", "is not a public key as PEM"),
    "a certificate": (b"-----BEGIN CERTIFICATE-----\n", "is not a public key as PEM"),
    "two keys": (PUBLIC * 2, "is not a public key as PEM"),
    "a private key": (PRIVATE, "holds a private key"),
    "a private key of another form": (TRADITIONAL, "holds a private key"),
    "an encrypted private key": (ENCRYPTED, "holds a private key"),
    "a private key too": (PUBLIC + PRIVATE, "holds a private key"),
    "a damaged key": (PUBLIC.replace(b"M", b"N", 1), "holds no key for ES256"),
}


def message_of_refusal(**changes: object) -> str:
    """Return the one thing that is wrong with the settings."""
    with pytest.raises(ValidationError) as refusal:
        settings_with(**changes)
    (problem,) = refusal.value.errors()
    name = ".".join(map(str, problem["loc"])) or "settings"
    return f"{name}: {problem['msg']}"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Write what a key file is to hold."""

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
    message = message_of_refusal(algorithm=algorithm)

    assert "private_key_file is not set" in message


def test_public_key_alone_leaves_signing_to_code(tmp_path: Path) -> None:
    _, public = key_pair("ES256").files(tmp_path)

    settings = settings_with(algorithm="ES256", public_key_files=[public])

    assert settings.needs_signer


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("name", ["private_key_file", "public_key_files"])
def test_key_file_beside_a_secret_that_signs_is_refused(
    algorithm: str,
    name: str,
    tmp_path: Path,
) -> None:
    private, public = key_pair("ES256").files(tmp_path)
    path = private if name == "private_key_file" else public

    message = message_of_refusal(
        secret_key=SECRET_KEY * 2, algorithm=algorithm, **{name: str(path)}
    )

    assert message.startswith(f"{name}: Value error, {algorithm} ")
    assert "with the secret key" in message


@pytest.mark.parametrize(("content", "reason"), REFUSED_PRIVATE.values(), ids=REFUSED_PRIVATE)
def test_file_that_is_no_private_key_is_refused(
    file: Callable[[bytes], Path],
    content: bytes,
    reason: str,
) -> None:
    message = message_of_refusal(algorithm="ES256", private_key_file=file(content))

    assert message.startswith("private_key_file: ")
    assert reason in message


@pytest.mark.parametrize(("content", "reason"), REFUSED_PUBLIC.values(), ids=REFUSED_PUBLIC)
def test_file_that_is_no_public_key_is_refused(
    file: Callable[[bytes], Path],
    tmp_path: Path,
    content: bytes,
    reason: str,
) -> None:
    _, good = key_pair("ES256").files(tmp_path, "good")

    message = message_of_refusal(algorithm="ES256", public_key_files=[good, file(content)])

    assert message.startswith("public_key_files: ")
    assert f"file 2 {reason}" in message


@pytest.mark.parametrize(("algorithm", "kind"), MISMATCHES)
def test_key_of_another_kind_is_refused(tmp_path: Path, algorithm: str, kind: str) -> None:
    private, public = key_pair(kind).files(tmp_path)

    of_private = message_of_refusal(algorithm=algorithm, private_key_file=private)
    of_public = message_of_refusal(algorithm=algorithm, public_key_files=[public])

    assert f"private_key_file: Value error, the file holds no key for {algorithm}" in of_private
    assert f"public_key_files: Value error, file 1 holds no key for {algorithm}" in of_public


@pytest.mark.parametrize("name", ["nowhere.pem", "."])
def test_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    message = message_of_refusal(algorithm="EdDSA", private_key_file=tmp_path / name)

    assert "private_key_file: Value error, the file cannot be read" in message
    assert str(tmp_path) not in message


def test_key_in_place_of_its_path_is_refused_and_not_shown() -> None:
    pem = PRIVATE.decode()

    message = message_of_refusal(algorithm="ES256", private_key_file=pem)

    assert "this is the key itself" in message
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
    """PyJWT without `cryptography` does not know the algorithm."""
    known = jwt.get_algorithm_by_name("EdDSA")
    jwt.unregister_algorithm("EdDSA")
    try:
        message = message_of_refusal(algorithm="EdDSA")
    finally:
        jwt.register_algorithm("EdDSA", known)

    assert message.endswith("EdDSA needs another package: uv add cryptography")


def test_secret_is_as_long_as_refresh_tokens_ask(tmp_path: Path) -> None:
    private, _ = key_pair("EdDSA").files(tmp_path)

    message = message_of_refusal(
        secret_key=SECRET_KEY[:31],
        algorithm="EdDSA",
        private_key_file=private,
    )

    assert "secret_key is too short: HS256 needs at least 32 bytes" in message
