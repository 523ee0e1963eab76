"""The logs of a render's own tests at DEBUG contain no password, token, key or hash."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import whole_records
from support.matrix import CELLS, Cell

# The secrets of the test settings, each in a fixture or a constant.
KEYS = re.compile(r'^(?:SECRET_KEY|NEW_KEY) = "(\w+)"$', re.MULTILINE)
TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
MAIL_TOKEN = re.compile(r"\b[0-9a-f]{32}\.[\w-]{43}\b")
HASH = re.compile(r"\$(?:2[abxy]|bcrypt-sha256|argon2id?)\$[\w=,$./+-]{20,}")
# Of second factors: the URI with a seed, and recovery codes.
FACTOR = re.compile(r"otpauth://|\b(?:[0-9A-Z]{6}-){3}[0-9A-Z]{6}\b")
# Shorter passwords are words that a log may contain.
TELLING_LENGTH = 9


@pytest.mark.whole
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_nothing_secret_is_logged(
    cell: Cell,
    render: Callable[[Cell], Path],
    whole_records_from: Callable[[Cell], Path],
) -> None:
    project, folder = render(cell), whole_records_from(cell)

    logged = "\n".join(written(folder, whole_records.RECORDS))
    passwords = {
        each for text in written(folder, whole_records.PASSWORDS) for each in json.loads(text)
    }
    telling = [password for password in passwords if len(password.strip()) >= TELLING_LENGTH]
    keys = KEYS.findall("\n".join(file.read_text() for file in project.rglob("tests/**/*.py")))
    assert all(level in logged for level in ("'DEBUG'", "'INFO'", "'WARNING'", "'ERROR'"))
    assert "authn_login_fail" in logged
    assert len(telling) > 20
    assert len(set(keys)) == 2
    assert [secret for secret in (*telling, *keys) if secret in logged] == []
    assert [*TOKEN.findall(logged), *MAIL_TOKEN.findall(logged), *HASH.findall(logged)] == []
    assert FACTOR.findall(logged) == []


def written(folder: Path, kind: str) -> list[str]:
    """Return the output of every test process."""
    return [file.read_text() for file in folder.glob(f"{kind}-*")]
