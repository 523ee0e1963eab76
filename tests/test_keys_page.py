"""The commands and code in docs/keys.md work."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.commands import run
from support.matrix import Cell
from support.templates import ROOT

PAGE = (ROOT / "docs" / "keys.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECRET = "7f1d0c9b8a6e5f43210fedcba9876543"
PAIRS = {"EdDSA": "eddsa", "ES256": "es256", "RS256": "rs256"}

# The part of the AWS library that the page uses, with a key in this process.
FAKE_BOTO3 = """
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

class Client:
    def sign(self, *, KeyId, Message, MessageType, SigningAlgorithm):
        assert (KeyId, MessageType) == ("alias/access-tokens", "RAW")
        assert SigningAlgorithm == "RSASSA_PKCS1_V1_5_SHA_256"
        key = serialization.load_pem_private_key(open("../keys/rs256.pem", "rb").read(), None)
        return {"Signature": key.sign(Message, padding.PKCS1v15(), hashes.SHA256())}

def client(service, config):
    return Client()
"""
FAKES = {
    "boto3.py": FAKE_BOTO3,
    "botocore/__init__.py": "",
    "botocore/config.py": "Config = dict",
    "botocore/exceptions.py": "class BotoCoreError(Exception): ...\nClientError = BotoCoreError",
}
SIGN = """
import asyncio
from app.auth.settings import AuthSettings
from app.auth.tokens import Tokens

settings = AuthSettings.model_validate({settings!r})
tokens = Tokens(settings, signer={signer})
token = asyncio.run(tokens.issue_access(user_id=7, session_id="0123456789abcdef" * 2))
"""
VERIFY = """
document = {"keys": [key.jwk for key in tokens.public_keys]}
jwt.PyJWKClient.fetch_data = lambda self: document
print(read_claims(token)["sub"])
refresh = {"session_id": "0" * 32, "generation": 1, "kid": tokens.kid}
now = tokens._clock()
try:
    read_claims(tokens.issue_refresh(**refresh, issued_at=now, expires_at=now))
except jwt.InvalidTokenError as error:
    print(error)
"""


def block_with(language: str, text: str) -> str:
    """Return the only block of the page that contains this text."""
    (block,) = [body for kind, body in BLOCK.findall(PAGE) if kind == language and text in body]
    return str(block)


@pytest.fixture
def project(editable: Callable[[Cell], Path]) -> Path:
    """A render with keys that the commands of the page created."""
    project = editable(Cell())
    run("sh", "-ec", block_with("sh", "openssl genpkey"), cwd=project)
    return project


def python(code: str, project: Path) -> str:
    return run(sys.executable, "-c", code, cwd=project)


def settings_of(algorithm: str, **files: str) -> dict[str, str]:
    names = {"issuer": "my-app", "audience": "my-app"}
    return {"secret_key": SECRET, "algorithm": algorithm, **names, **files}


@pytest.mark.parametrize(("algorithm", "name"), PAIRS.items())
def test_keys_that_the_page_creates_sign(project: Path, algorithm: str, name: str) -> None:
    settings = settings_of(algorithm, private_key_file=f"../keys/{name}.pem")

    output = python(SIGN.format(settings=settings, signer=None) + "print(len(token))", project)

    assert int(output) > 300


def test_public_key_that_the_page_creates_is_accepted(project: Path) -> None:
    files = {"private_key_file": "../keys/eddsa.pem", "public_key_files": "../keys/eddsa.pub.pem"}
    settings = settings_of("EdDSA", **files)

    output = python(
        SIGN.format(settings=settings, signer=None) + "print(len(tokens.public_keys))", project
    )

    assert output == "1\n"  # the same key twice


def test_another_service_verifies_as_the_page_says(project: Path) -> None:
    settings = settings_of("EdDSA", private_key_file="../keys/eddsa.pem")
    verifying = block_with("python", "PyJWKClient")

    output = python(SIGN.format(settings=settings, signer=None) + verifying + VERIFY, project)

    assert output.splitlines() == ["7", "not an access token"]


def test_signer_of_the_page_signs(project: Path) -> None:
    for name, text in FAKES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    run(
        "openssl", "pkey", "-in", "../keys/rs256.pem", "-pubout", "-out", "kms.pub.pem", cwd=project
    )
    settings = settings_of("RS256", public_key_files="kms.pub.pem")
    signing = SIGN.format(settings=settings, signer='KmsSigner("alias/access-tokens")')

    output = python(block_with("python", "class KmsSigner") + signing + "print('ok')", project)

    assert output == "ok\n"
