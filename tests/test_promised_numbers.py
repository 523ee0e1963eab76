"""Numbers in docs/security.md are those of the code, and `.env.example` has no other settings."""

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import asynchrony
from support.checks import python_files
from support.commands import run
from support.matrix import CELLS, Cell
from support.templates import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
WORDS = {
    "five": 5,
    "ten": 10,
    "fifty": 50,
    "sixty": 60,
    "a hundred": 100,
    "a week": 7,
    "thirty": 30,
}
VALUES = """
import json
from app.auth import administration, identifiers, tokens
from app.auth.settings import AuthSettings
from app.settings import Settings

auth = AuthSettings.model_validate({"secret_key": "7f1d0c9b8a6e5f43210fedcba9876543"})
settings = Settings.model_construct(environment="production", auth=auth)
print(json.dumps({
    **auth.model_dump(mode="json"),
    "max_body_kib": settings.max_body_bytes // 1024,
    "hsts_days": settings.hsts_seconds // 86400,
    "leeway": tokens.LEEWAY.seconds,
    "token_length": tokens.MAX_LENGTH,
    "email_length": identifiers.EMAIL_MAX_LENGTH,
    "kept_days": administration.KEPT_AFTER_END.days,
}))
"""
PROMISES = [
    (r"an access token lives (\d+) minutes and", "access_minutes"),
    (r"an access token lives (\d+) minutes\. ", "access_minutes"),
    (r"A session ends after (a week) without use", "refresh_days"),
    (r"and after (\w+) days in any case\.", "session_days"),
    (r"and after (\w+) days in any case \|", "session_days"),
    (r"the same successor to the same client for (\w+) seconds", "refresh_grace_seconds"),
    (r"(\w+) live ones \(`AUTH_MAX_SESSIONS`\)", "max_sessions"),
    (r"Passwords have at least (\d+) characters", "password_min_length"),
    (r"keep (\d+) characters \(`AUTH_PASSWORD_MIN_LENGTH`\)", "password_min_length"),
    (r"more than (\w+) seconds ahead", "leeway"),
    (r"A token has at most (\d+) characters", "token_length"),
    (r"hash:\*\* (\d+) requests \(`AUTH_HASH_QUEUE`\)", "hash_queue"),
    (r"A body above (\d+) KiB", "max_body_kib"),
    (r"names longer than (\d+) characters", "email_length"),
    (r"last changed, (a week) ago", "kept_days"),
]
GROUPS = {
    "app/settings.py": "",
    "app/auth/settings.py": "auth_",
    "app/auth/mail/settings.py": "mail_",
    "app/database/settings.py": "database_",
}
RATES = {
    "limit_login": r"login: (\w+) a minute and ([\w ]+) an hour",
    "limit_register": r"registration: (\w+) a minute and ([\w ]+) an hour",
    "limit_refresh": r"refresh, and logout: (\w+) a minute each",
}


@pytest.fixture(scope="module")
def values(render: Callable[[Cell], Path]) -> dict[str, object]:
    """The defaults and constants of a render."""
    output = run(sys.executable, "-c", VALUES, cwd=render(Cell()))
    return dict(json.loads(output))


def number(text: str) -> int:
    return WORDS[text.lower()] if text.lower() in WORDS else int(text)


@pytest.mark.parametrize(("promise", "name"), PROMISES)
def test_page_promises_what_the_code_does(
    promise: str, name: str, values: dict[str, object]
) -> None:
    [found] = re.findall(promise, PAGE)

    assert number(found) == values[name]


@pytest.mark.parametrize(("name", "promise"), RATES.items())
def test_page_promises_the_limits_of_the_code(
    name: str, promise: str, values: dict[str, object]
) -> None:
    match = re.search(promise, PAGE)
    assert match
    rates = [
        f"{number(found)}/{period}"
        for found, period in zip(match.groups(), ("minute", "hour"), strict=False)
    ]

    assert values[name] == ";".join(rates)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_example_shows_every_setting_once(cell: Cell, render: Callable[[Cell], Path]) -> None:
    """The tests of a render check that the defaults that it shows are right."""
    project = render(cell)
    shown = re.findall(r"^#?([A-Z0-9_]+)=", (project / ".env.example").read_text(), re.MULTILINE)

    fields = [
        f"{prefix}{node.target.id}".upper()
        for file, prefix in GROUPS.items()
        for each in ast.parse((project / file).read_text()).body
        for node in (each.body if isinstance(each, ast.ClassDef) else ())
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]

    assert len(shown) > 25
    assert sorted(shown) == sorted(set(fields) - {"DATABASE", "AUTH", "MAIL"})


def test_decision_names_the_modules_of_a_sync_render_with_coroutines(
    render: Callable[[Cell], Path],
) -> None:
    """Exception handlers are asynchronous in any case, like the lifespan and the middleware."""
    decision = (ROOT / "docs/decisions/0010-look-ups-are-shared.md").read_text()
    count, _, modules = decision.partition(" modules of a sync project contain coroutines:")
    named = re.findall(r"`([\w/]+\.py)`", modules.partition("\nThe lifespans")[0])

    found = {
        file.name
        for file, module in python_files(render(Cell("sync"))).items()
        if file.is_relative_to("app") and has_coroutine(module)
    }

    assert found - {"errors.py"} == {Path(name).name for name in named}
    assert count.endswith("four")
    assert len(named) == 4


def has_coroutine(module: ast.Module) -> bool:
    return any(isinstance(node, ast.AsyncFunctionDef) for node in asynchrony.outside_asgi(module))
