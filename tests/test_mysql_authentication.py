"""Without TLS, MySQL 8 requires the password to be encrypted with its public key.

MariaDB does not, so the test servers would not notice a missing package.
"""

import tomllib
from collections.abc import Callable
from importlib import import_module
from itertools import cycle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support.matrix import Cell, cells

SALT = bytes(range(1, 21))
OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


@pytest.mark.parametrize("cell", cells(database="mysql", transport="both"), ids=str)
def test_render_declares_what_encrypts(cell: Cell, render: Callable[[Cell], Path]) -> None:
    project = tomllib.loads((render(cell) / "pyproject.toml").read_text())

    names = {dependency.partition(">")[0] for dependency in project["project"]["dependencies"]}
    assert "cryptography" in names


@pytest.mark.parametrize("driver", ["asyncmy.auth", "pymysql._auth"])
def test_driver_encrypts_for_the_server(driver: str) -> None:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public_key = private_key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )

    sent = import_module(driver).sha2_rsa_encrypt(b"a password", SALT, public_key)

    masked = private_key.decrypt(sent, OAEP)
    assert bytes(a ^ b for a, b in zip(masked, cycle(SALT), strict=False)) == b"a password\0"
