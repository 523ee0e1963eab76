"""Find leftovers in a render: traces of the template and of other answers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support import asynchrony
from support.checks import python_files
from support.databases import dialect
from support.matrix import Cell

TEMPLATE_MARKS = ("{%", "%}", "{{", "{#", "#|")
# `${{ … }}` is GitHub's syntax here.
WORKFLOWS = Path(".github/workflows")
DATABASE_WORDS = {
    "sqlite": ("sqlite", "pragma"),
    "postgresql": ("postgres",),
    "mysql": ("mysql", "mariadb", "utf8mb4"),
}
DRIVERS = ("aiosqlite", "asyncmy", "asyncpg", "psycopg", "pymysql")
COOKIE_WORDS = ("cookie", "csrf", "samesite", "cross_site", "sec-fetch", "trusted_origins")
HEADER_WORDS = ("OAuth2PasswordBearer", "accept_header", "grant_type")
CHOICE_WORDS = ("accept_cookie", "accept_header", "set_cookie_on_login")
# Weaker hashes are upgraded at login, so Argon2id renders also mention bcrypt.
HASH_WORDS = {"bcrypt": ("bcrypt_rounds",), "argon2id": ("argon2",)}
FEATURE_WORDS = {
    "totp": (
        *("totp", "pyotp", "otpauth", "second_factor", "second-factor", "SecondFactor"),
        *("recovery_code", "recovery-code", "recovery code", "RecoveryCode"),
    ),
}
ASYNC_WORDS = ("asyncio", "async_sessionmaker")
# Files in which sync renders may mention `asyncio`: the event loop and a backend name.
LOOP_FILES = {*asynchrony.IN_BOTH, "tests/conftest.py"}
SYNC_WORDS = ("router_sync", "SQLAlchemySync")


def find(project: Path, cell: Cell) -> list[str]:
    """List every leftover as `file:line: text`."""
    found = [*marks(project), *words(project, cell)]
    if cell.concurrency == "sync":
        found += coroutines(project)
    return found


def marks(project: Path) -> Iterator[str]:
    for file, number, line in lines(project):
        for mark in TEMPLATE_MARKS:
            if mark in (line.replace("${{", "") if file.is_relative_to(WORKFLOWS) else line):
                yield f"{file}:{number}: {mark}"


def words(project: Path, cell: Cell) -> Iterator[str]:
    pattern = re.compile("|".join(map(re.escape, unwanted_words(cell))), re.IGNORECASE)
    for file, number, line in (*names(project), *lines(project)):
        for word in pattern.findall(line):
            if word == "asyncio" and str(file) in LOOP_FILES:
                continue
            yield f"{file}:{number}: {word}: {line.strip()}"


def unwanted_words(cell: Cell) -> list[str]:
    """List the words that only renders with other answers use."""
    choices = (
        (DATABASE_WORDS, [cell.database]),
        (HASH_WORDS, [cell.password_hash]),
        (FEATURE_WORDS, cell.features),
    )
    unwanted = [
        word
        for table, chosen in choices
        for answer, words in table.items()
        if answer not in chosen
        for word in words
    ]
    unwanted += [driver for driver in DRIVERS if driver not in dialect(cell)]
    unwanted += [] if cell.uses_cookies else COOKIE_WORDS
    unwanted += [] if cell.uses_headers else HEADER_WORDS
    unwanted += [] if cell.transport == "both" else CHOICE_WORDS
    unwanted += ASYNC_WORDS if cell.concurrency == "sync" else SYNC_WORDS
    return unwanted


def coroutines(project: Path) -> Iterator[str]:
    """Find asynchronous code and names."""
    for file, module in python_files(project).items():
        for node in asynchrony.coroutines(module) if str(file) not in asynchrony.IN_BOTH else ():
            yield f"{file}:{getattr(node, 'lineno', 0)}: {type(node).__name__}"
        for node in ast.walk(module):
            if isinstance(node, ast.alias | ast.ClassDef) and is_asynchronous(node.name):
                yield f"{file}:{node.lineno}: {node.name}"


def is_asynchronous(name: str) -> bool:
    # The lifespan is an asynchronous generator in both flavours.
    return name.startswith("Async") and name not in {"AsyncGenerator", "AsyncIterator"}


def names(project: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield the name of every file like a line of it."""
    for file in sorted(project.rglob("*.*")):
        place = file.relative_to(project)
        yield place, 0, str(place)


def lines(project: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield every line of the render's text files, with its file and number."""
    for file in sorted(project.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            place = file.relative_to(project)
            for number, line in enumerate(file.read_text().splitlines(), start=1):
                yield place, number, line
