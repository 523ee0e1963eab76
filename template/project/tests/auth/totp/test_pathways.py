# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""No pathway opens a session without the second factor that its account has (SEC-126)."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.mail.steps import NEW_PASSWORD, verify
from tests.auth.totp.steps import (
    Enrolled,
    challenge_of,
    finish,
    give_password,
    keep_tokens,
    reauthenticate,
)
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    SIGNED_IN,
    code_of,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    rows_of,
)

ROOT = Path(__file__).parents[3]
# Every function that opens a session, and what tests its routes.
PATHWAYS = {
    "app/auth/service.py:login": ("POST /login", "POST /token"),
    "app/auth/service.py:reauthenticate": ("POST /reauthenticate",),
    "app/auth/password_change.py:_store": ("POST /password",),
    "app/auth/totp/second_step.py:open": ("POST /login/totp", "POST /login/recovery-code"),
}


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each function of a file with each expression that it calls."""
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
            yield from ((function.name, ast.unparse(expression)) for expression in called)


def callers(*expressions: str) -> set[str]:
    """Return the functions of the application that call one of these expressions."""
    return {
        f"{path.relative_to(ROOT)}:{function}"
        for path in (ROOT / "app").rglob("*.py")
        for function, expression in calls(path)
        if expression in expressions
    }


def test_every_pathway_is_known() -> None:
    """A new one needs a test below."""
    assert callers("Login(self.tools).open", "Login(self.tools).renew") == PATHWAYS.keys()


def test_every_session_is_stored_after_the_factor_was_asked_for() -> None:
    openings = {"app/auth/login.py:_open", "app/auth/login.py:renew"}

    assert callers("store.sessions.add") == {"app/auth/login.py:_add"}
    assert callers("self._add") == callers("self._demand_second_factor") == openings


async def live_sessions(database: Database) -> int:
    sessions = await rows_of(database, AuthSession)
    return len([session for session in sessions if session.revoked_at is None])


# {% if transport != "cookie" %}
async def test_form_grant_is_refused(
    client: AsyncClient,
    enrolled: Enrolled,
    database: Database,
) -> None:
    """SEC-126: OAuth2 has no second step."""
    before = await live_sessions(database)

    response = await client.post(f"{AUTH}/token", data=password_grant(enrolled.account))

    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert "/auth/login" in response.json()["error_description"]
    assert await live_sessions(database) == before


# {% endif %}
async def test_reauthentication_asks_for_the_factor(
    client: AsyncClient,
    owner: Enrolled,
    clock: MovableClock,
) -> None:
    """SEC-126, SEC-116: then the old session ends."""
    clock.move(minutes=5)

    asked = await reauthenticate(client, owner.account)
    [before] = (await client.get(f"{AUTH}/sessions")).json()
    finished = await finish(client, challenge_of(asked), owner.authenticator.code())
    keep_tokens(client, finished)

    [after] = (await client.get(f"{AUTH}/sessions")).json()
    assert (asked.status_code, finished.status_code) == (202, SIGNED_IN)
    assert after["id"] != before["id"]
    assert after["methods"] == ["pwd", "otp"]
    assert after["authenticated_at"] == after["created_at"] > before["authenticated_at"]


async def test_reauthentication_of_an_ended_session_opens_none(
    client: AsyncClient,
    owner: Enrolled,
) -> None:
    token = challenge_of(await reauthenticate(client, owner.account))
    await client.post(f"{AUTH}/logout")

    response = await finish(client, token, owner.authenticator.code())

    assert code_of(response) == (401, "invalid_token")


async def test_password_change_does_not_make_the_login_recent(
    client: AsyncClient,
    owner: Enrolled,
    clock: MovableClock,
) -> None:
    """SEC-126: a thief of the session and the password still lacks the factor."""
    [before] = (await client.get(f"{AUTH}/sessions")).json()
    clock.move(minutes=5)
    body = {"current_password": owner.account.password, "new_password": NEW_PASSWORD}

    keep_tokens(client, await client.post(f"{AUTH}/password", json=body))

    [after] = (await client.get(f"{AUTH}/sessions")).json()
    assert after["id"] != before["id"]
    assert after["methods"] == before["methods"] == ["pwd", "otp"]
    assert after["authenticated_at"] == before["authenticated_at"]


async def test_verified_email_opens_no_session(
    client: AsyncClient,
    enrolled: Enrolled,
    database: Database,
    postbox: Postbox,
) -> None:
    before = await live_sessions(database)

    response = await verify(client, postbox.token_to(enrolled.account.email), enrolled.account)

    assert response.status_code == 204
    assert await live_sessions(database) == before


async def test_login_by_username_asks_too(client: AsyncClient, enrolled: Enrolled) -> None:
    by_username = replace(enrolled.account, email=enrolled.account.username)

    response = await give_password(client, by_username)

    assert response.status_code == 202


# {% endcall %}
