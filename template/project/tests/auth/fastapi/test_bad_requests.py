# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Bodies that are no JSON, or do not say so, and methods that a route does not have."""

import json
from dataclasses import asdict

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession, User
from tests.conftest import Account
from tests.steps import rows_of

MARK = "zq7"  # in the bad bodies, so that an echo shows
CREDENTIALS = {"username_or_email": "ann", "password": "a good long passphrase"}
UNREADABLE = {
    "nothing": b"",
    "cut off": b'{"username_or_email": "ann", "password": "zq7',
    "no JSON": b"username_or_email=ann&password=zq7",
    "list": b'["zq7"]',
    "string": b'"zq7"',
    "null": b"null",
    "no UTF-8": b'{"username_or_email": "ann", "password": "zq7\xff"}',
}


async def test_unreadable_body_is_refused(client: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}

    responses = {
        name: await client.post("/auth/login", content=body, headers=headers)
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
    """These are what a foreign page can send without asking first (SEC-71)."""
    headers = {"Content-Type": content_type} if content_type else {}
    new = json.dumps(asdict(Account(email="bob@example.com", username="bob")))

    responses = [
        await client.post("/auth/login", content=json.dumps(CREDENTIALS), headers=headers),
        await client.post("/auth/register", content=new, headers=headers),
    ]

    users = await rows_of(database, User)
    sessions = await rows_of(database, AuthSession)
    assert [response.status_code for response in responses] == [422, 422]
    assert ([each.username for each in users], sessions) == (["ann"], [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "TRACE", "NONSENSE"])
async def test_other_methods_do_nothing(client: AsyncClient, user: Account, method: str) -> None:
    """A link or an image must not sign anybody in or out (SEC-72, SEC-81)."""
    paths = ["/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"]

    responses = [await client.request(method, path, params=CREDENTIALS) for path in paths]

    assert [response.status_code for response in responses] == [405] * 4
    assert [response.headers["Allow"] for response in responses] == ["POST"] * 4


async def test_long_user_agent_is_cut(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    headers = {"User-Agent": "<script>" + "x" * 100_000}

    response = await client.post("/auth/login", json=CREDENTIALS, headers=headers)

    [session] = await rows_of(database, AuthSession)
    assert response.is_success
    assert session.user_agent == "<script>" + "x" * 247


# {% endcall %}
