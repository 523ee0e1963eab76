# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Bodies and content types that are not JSON, and methods that a route does not have."""

import json
from urllib.parse import urlencode

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession, User
from tests.steps import AUTH, SIGNED_IN, Account, account_named, credentials, registration, rows_of

MARK = "zq7"  # part of the bad bodies, to detect an echo
CREDENTIALS = credentials(Account())
MARKED = credentials(Account(password=MARK))
UNREADABLE = {
    "nothing": b"",
    "cut off": json.dumps(MARKED).encode().removesuffix(b'"}'),
    "no JSON": urlencode(MARKED).encode(),
    "list": b'["zq7"]',
    "string": b'"zq7"',
    "null": b"null",
    "no UTF-8": json.dumps(MARKED).encode().replace(b"zq7", b"zq7\xff"),
}


async def test_unreadable_body_is_refused(client: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}

    responses = {
        name: await client.post(f"{AUTH}/login", content=body, headers=headers)
        for name, body in UNREADABLE.items()
    }

    statuses = {name: response.status_code for name, response in responses.items()}
    assert statuses == {name: 400 if name == "no UTF-8" else 422 for name in UNREADABLE}
    assert [name for name, each in responses.items() if MARK in each.text] == []


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None],
)
async def test_other_than_json_is_not_read(
    client: AsyncClient,
    database: Database,
    user: Account,
    content_type: str | None,
) -> None:
    """Pages of other origins can send these types without a preflight request (SEC-71)."""
    headers = {"Content-Type": content_type} if content_type else {}
    new = json.dumps(registration(account_named("bob")))

    responses = [
        await client.post(f"{AUTH}/login", content=json.dumps(CREDENTIALS), headers=headers),
        await client.post(f"{AUTH}/register", content=new, headers=headers),
    ]

    users = await rows_of(database, User)
    sessions = await rows_of(database, AuthSession)
    assert [response.status_code for response in responses] == [422, 422]
    assert ([each.email for each in users], sessions) == ([user.email], [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "TRACE", "NONSENSE"])
async def test_other_methods_do_nothing(client: AsyncClient, user: Account, method: str) -> None:
    """A link or an image must not sign a user in or out (SEC-72, SEC-81)."""
    paths = [f"{AUTH}/register", f"{AUTH}/login", f"{AUTH}/refresh", f"{AUTH}/logout"]

    responses = [await client.request(method, path, params=CREDENTIALS) for path in paths]

    assert [response.status_code for response in responses] == [405] * 4
    assert [response.headers["Allow"] for response in responses] == ["POST"] * 4


async def test_long_user_agent_is_cut(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    headers = {"User-Agent": "<script>" + "x" * 10_000}

    response = await client.post(f"{AUTH}/login", json=CREDENTIALS, headers=headers)

    [session] = await rows_of(database, AuthSession)
    assert response.status_code == SIGNED_IN
    assert session.user_agent == "<script>" + "x" * 247


# {% endcall %}
