"""Product decisions of a team occur in only one file of its tests, tests/steps.py."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks
from support.matrix import Cell

STEPS = Path("tests/steps.py")
PREFIX = re.compile(r"(?<!app)/auth(/|$)")
# Files other than tests/steps.py that may name fields of bodies, and the reason.
FIELDS: dict[str, dict[str, str]] = {
    "username_or_email": {},
    "username": {
        "tests/auth/contract/test_account_changes.py": "it changes",
        "tests/auth/contract/test_users.py": "users are found by it",
        "tests/auth/ext/test_user_keys.py": "columns of the table",
        "tests/auth/fastapi/test_register.py": "values that it must not have",
        "tests/auth/fastapi/test_token_endpoint.py": "a parameter of RFC 6749",
        "tests/auth/mail/test_account.py": "it changes",
        "tests/auth/mail/test_mail_settings.py": "a setting of the mail server",
        "tests/auth/mail/test_smtp.py": "a setting of the mail server",
        "tests/auth/memory/users.py": "users are found by it",
        "tests/auth/test_identifiers.py": "its rules",
        "tests/auth/test_passwords.py": "a password must not hold it",
        "tests/auth/test_service_register.py": "values that it must not have",
        "tests/cli/test_prompts.py": "operators are asked for it",
        "tests/test_models.py": "columns of the table",
    },
}


def strings(project: Path) -> list[tuple[Path, str]]:
    """Return the strings, attributes and keywords of a project's tests."""
    return [
        (file, text)
        for file, tree in checks.python_files(project).items()
        for node in ast.walk(tree)
        for text in texts_of(node)
        if file.parts[0] == "tests" and file != STEPS
    ]


def texts_of(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=str(text)) | ast.Attribute(attr=text) | ast.keyword(arg=str(text)):
            return [text]
        case _:
            return []


@pytest.fixture(
    params=[Cell(), Cell("sync", "mysql", "cookie"), Cell("sync", "postgresql", "header")],
    ids=str,
)
def texts(request: pytest.FixtureRequest, render: Callable[[Cell], Path]) -> list[tuple[Path, str]]:
    found = strings(render(request.param))
    assert len(found) > 1000
    return found


def test_prefix_of_the_routes_is_written_once(texts: list[tuple[Path, str]]) -> None:
    assert [(str(file), text) for file, text in texts if PREFIX.search(text)] == []


@pytest.mark.parametrize("field", FIELDS)
def test_fields_of_the_bodies_are_written_once(field: str, texts: list[tuple[Path, str]]) -> None:
    naming = {str(file) for file, text in texts if text == field}

    assert sorted(naming - FIELDS[field].keys()) == []


def test_no_exception_is_left_over(render: Callable[[Cell], Path]) -> None:
    texts = strings(render(Cell()))

    for field, files in FIELDS.items():
        assert sorted(files.keys() - {str(file) for file, text in texts if text == field}) == []


@pytest.mark.parametrize(
    "line",
    ['client.get("/auth/me")', 'client.get(f"/auth/sessions/{number}")', 'prefix = "/auth"'],
)
def test_second_place_is_noticed(line: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_orders.py").write_text(f"{line}\n")

    assert [text for _, text in strings(tmp_path) if PREFIX.search(text)] != []
