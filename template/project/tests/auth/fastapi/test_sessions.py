# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Session routes."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    Tokens,
    code_of,
    credential,
    log_in,
    log_out,
    refresh,
    register,
    rows_of,
)


async def listed(client: AsyncClient, tokens: Tokens) -> list[dict[str, Any]]:
    response = await client.get(f"{AUTH}/sessions", headers=credential(tokens.access))
    assert response.status_code == 200
    sessions: list[dict[str, Any]] = response.json()
    return sessions


async def test_list_shows_times_and_client_of_a_session(
    client: AsyncClient,
    clock: MovableClock,
    database: Database,
    user: Account,
) -> None:
    client.headers["User-Agent"] = "Lynx/2.9"
    tokens = await log_in(client, user)
    clock.move(minutes=5)
    client.headers["User-Agent"] = "Lynx/3.0"
    await refresh(client, tokens.refresh)

    sessions = await listed(client, tokens)

    [row] = await rows_of(database, AuthSession)
    assert sessions == [
        {
            "id": row.id,
            "created_at": "2030-01-01T00:00:00Z",
            "authenticated_at": "2030-01-01T00:00:00Z",
            "methods": ["pwd"],
            "last_used_at": "2030-01-01T00:05:00Z",
            "expires_at": "2030-01-08T00:05:00Z",
            "ip": row.ip,
            "user_agent": "Lynx/2.9",
            "last_ip": row.ip,
            "last_user_agent": "Lynx/3.0",
            "current": True,
        },
    ]
    assert row.ip is not None


async def test_newest_session_comes_first(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    await log_in(client, user)
    clock.move(minutes=1)
    current = await log_in(client, user)
    clock.move(minutes=1)
    await log_in(client, user)

    sessions = await listed(client, current)

    assert [(session["created_at"][14:16], session["current"]) for session in sessions] == [
        ("02", False),
        ("01", True),
        ("00", False),
    ]


async def test_ended_and_expired_sessions_are_not_listed(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    await log_in(client, user)
    clock.move(days=7)
    ended = await log_in(client, user)
    await log_out(client, ended.access)
    current = await log_in(client, user)

    sessions = await listed(client, current)

    assert [session["current"] for session in sessions] == [True]


async def test_sessions_of_others_are_not_listed(client: AsyncClient, user: Account) -> None:
    bob = await register(client, "bob")
    await log_in(client, bob)
    current = await log_in(client, user)

    sessions = await listed(client, current)

    assert [session["current"] for session in sessions] == [True]


async def test_user_ends_one_session(client: AsyncClient, user: Account) -> None:
    lost = await log_in(client, user)
    current = await log_in(client, user)
    sessions = await listed(client, lost)
    [session_id] = [session["id"] for session in sessions if session["current"]]

    headers = credential(current.access)
    response = await client.delete(f"{AUTH}/sessions/{session_id}", headers=headers)

    of_lost = await client.get(f"{AUTH}/me", headers=credential(lost.access))
    of_current = await client.get(f"{AUTH}/me", headers=credential(current.access))
    assert (response.status_code, response.content) == (204, b"")
    assert code_of(of_lost) == (401, "session_ended")
    assert of_current.status_code == 200


async def test_user_cannot_end_the_session_of_another(client: AsyncClient, user: Account) -> None:
    bob = await register(client, "bob")
    of_bob = await log_in(client, bob)
    [session] = await listed(client, of_bob)
    tokens = await log_in(client, user)

    headers = credential(tokens.access)
    response = await client.delete(f"{AUTH}/sessions/{session['id']}", headers=headers)

    still = await client.get(f"{AUTH}/me", headers=credential(of_bob.access))
    assert response.json() == {
        "detail": {"code": "session_not_found", "message": "There is no such session."},
    }
    assert (response.status_code, still.status_code) == (404, 200)


async def test_unknown_session_is_not_found(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    headers = credential(tokens.access)
    unknown = ["0" * 32, "1", "x" * 5000, "%00", "%ed%a0%80", "%F0%9F%A6%8A"]

    paths = [f"{AUTH}/sessions/{session_id}" for session_id in unknown]

    responses = [await client.delete(path, headers=headers) for path in paths]

    assert [code_of(response) for response in responses] == [(404, "session_not_found")] * 6


async def test_session_cannot_be_ended_twice(client: AsyncClient, user: Account) -> None:
    ended = await log_in(client, user)
    [session] = await listed(client, ended)
    await log_out(client, ended.access)
    tokens = await log_in(client, user)

    headers = credential(tokens.access)
    response = await client.delete(f"{AUTH}/sessions/{session['id']}", headers=headers)

    assert code_of(response) == (404, "session_not_found")


async def test_user_ends_all_other_sessions(client: AsyncClient, user: Account) -> None:
    others = [await log_in(client, user) for _ in range(2)]
    current = await log_in(client, user)
    bob = await register(client, "bob")
    of_bob = await log_in(client, bob)

    response = await client.delete(f"{AUTH}/sessions", headers=credential(current.access))

    kept = (current, of_bob)
    ended = [await client.get(f"{AUTH}/me", headers=credential(t.access)) for t in others]
    going = [await client.get(f"{AUTH}/me", headers=credential(t.access)) for t in kept]
    assert (response.status_code, response.content) == (204, b"")
    assert [code_of(each) for each in ended] == [(401, "session_ended")] * 2
    assert [each.status_code for each in going] == [200, 200]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{AUTH}/sessions"),
        ("DELETE", f"{AUTH}/sessions"),
        ("DELETE", f"{AUTH}/sessions/" + "0" * 32),
    ],
)
async def test_sessions_need_a_signed_in_user(
    client: AsyncClient,
    method: str,
    path: str,
) -> None:
    response = await client.request(method, path)

    assert code_of(response) == (401, "not_authenticated")


# {% endcall %}
