"""The own tests of a render, at DEBUG: what they log holds no password, token, key or hash."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks, whole_records
from support.matrix import Cell

TESTS = Path(__file__).parent
CELLS = [
    Cell(),
    Cell("sync", "postgresql", "header", "argon2id"),
    Cell("async", "mysql", "cookie"),
]
# Of the tests' own settings; each has a secret of its own in a fixture or a constant.
KEYS = re.compile(r'^(?:SECRET_KEY|NEW_KEY) = "(\w+)"$', re.MULTILINE)
TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
HASH = re.compile(r"\$(?:2[abxy]|bcrypt-sha256|argon2id?)\$[\w=,$./+-]{20,}")
# Shorter ones are words that a log may hold.
TELLING_LENGTH = 9


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_nothing_secret_is_logged(
    cell: Cell,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> None:
    project = render(cell)
    plugin = {"PYTEST_PLUGINS": whole_records.__name__, "PYTHONPATH": str(TESTS)}
    env = {**plugin, "TEST_DATABASE_URL": new_database(cell), whole_records.FOLDER: str(tmp_path)}

    checks.passes_its_tests(project, env)

    logged = "\n".join(written(tmp_path, whole_records.RECORDS))
    passwords = {
        each for text in written(tmp_path, whole_records.PASSWORDS) for each in json.loads(text)
    }
    telling = [password for password in passwords if len(password) >= TELLING_LENGTH]
    keys = KEYS.findall("\n".join(file.read_text() for file in project.rglob("tests/**/*.py")))
    assert all(level in logged for level in ("'DEBUG'", "'INFO'", "'WARNING'", "'ERROR'"))
    assert "authn_login_fail" in logged
    assert len(telling) > 20
    assert len(set(keys)) == 2
    assert [secret for secret in (*telling, *keys) if secret in logged] == []
    assert [*TOKEN.findall(logged), *HASH.findall(logged)] == []


def written(folder: Path, kind: str) -> list[str]:
    """Return what each process of the tests has written."""
    return [file.read_text() for file in folder.glob(f"{kind}-*")]
