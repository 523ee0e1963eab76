"""The scan finds leftovers and accepts asynchronous code that ASGI needs."""

from pathlib import Path

import pytest

from support import leftovers
from support.matrix import Cell

SYNC = Cell("sync", "sqlite", "header", "bcrypt")

SEEDED = {
    "directive": '# {% if database == "sqlite" %}',
    "alternative": "#| rounds = 12",
    "other database": "# PostgreSQL has no such limit.",
    "other driver": "import asyncpg",
    "other transport": "cookie_secure = True",
    "other hash": "argon2_passes = 2",
    "feature": "from app.auth.totp import codes",
    "its column": "second_factor_at = None",
    "its documents": "# Ten recovery codes are shown once.",
    "its dependency": '"pyotp>=2.9"',
    "coroutine": "async def load(): ...",
    "event loop": "import asyncio",
    "asynchronous name": "class AsyncAuthService: ...",
}

LIFESPAN = """
from collections.abc import AsyncIterator

async def lifespan() -> AsyncIterator[None]:
    yield
"""

MIDDLEWARE = """
class NoStore:
    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
"""


@pytest.mark.parametrize("line", SEEDED.values(), ids=SEEDED)
def test_leftover_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "module.py").write_text(f"{line}\n")

    found = leftovers.find(tmp_path, SYNC)

    assert found
    assert all(place.startswith("module.py:1: ") for place in found)


def test_leftover_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "recovery_code.txt").touch()

    found = leftovers.find(tmp_path, SYNC)

    assert found == ["recovery_code.txt:0: recovery_code: recovery_code.txt"]


def test_asgi_stays_asynchronous(tmp_path: Path) -> None:
    (tmp_path / "lifespan.py").write_text(LIFESPAN)
    (tmp_path / "middleware.py").write_text(MIDDLEWARE)

    assert list(leftovers.coroutines(tmp_path)) == []


def test_chosen_answers_are_not_leftovers(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text('URL = "sqlite:///./app.db"\nbcrypt_rounds = 12\n')

    assert leftovers.find(tmp_path, SYNC) == []
