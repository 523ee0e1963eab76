# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Secrets are compared in constant time, and each key has one purpose (SEC-87)."""

import ast
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.auth
from app.auth.errors import InvalidToken
from app.auth.tokens import Tokens
from tests.steps import tampered
from tests.user_ids import USER_ID

SECRET_NAME = re.compile(r"token|secret|signature|digest|mac\b|password|pseudonym", re.IGNORECASE)
# The database compares these. Both sides are our own hashes, not values from a client.
# In SQL, and with a value that is no secret.
ALLOWED = {"self._model.password_hash == old", "stored.password_hash != NO_PASSWORD"}
# {% if "totp" in features %}
ALLOWED |= {"model.secret == totp.secret"}  # encrypted, and from the same row
# {% endif %}


def nodes() -> Iterator[ast.AST]:
    """Yield every syntax node of the authentication code."""
    for file in sorted(Path(app.auth.__path__[0]).rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text()))


def is_plain_comparison(node: ast.AST) -> bool:
    """Return whether `==` or `!=` compares two values, neither of which is a constant."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    return not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))


def test_no_secret_is_compared_with_an_operator() -> None:
    comparisons = {ast.unparse(node) for node in nodes() if is_plain_comparison(node)}

    suspicious = {text for text in comparisons if SECRET_NAME.search(text)}

    assert suspicious == ALLOWED


async def test_signatures_are_compared_in_constant_time(
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id="0123456789abcdef" * 2)
    compared: list[bytes] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.extend((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    with pytest.raises(InvalidToken):
        tokens.read_access(tampered(token))

    assert len(compared) == 2


def test_no_two_purposes_share_a_key() -> None:
    calls = [node for node in nodes() if isinstance(node, ast.Call)]

    purposes = [ast.unparse(call.args[1]) for call in calls if ast.unparse(call.func) == "subkey"]

    assert len(purposes) >= 4
    assert len(set(purposes)) == len(purposes)


# {% endcall %}
