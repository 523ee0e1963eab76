# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""WebSocket routes may depend on the current user."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from tests.handshakes import add_websockets, open_websocket
from tests.steps import Account, change_user, credential, log_in, log_out, tampered


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    add_websockets(app)
    return app


async def test_websocket_knows_the_current_user(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    handshake = await open_websocket(app, "/greeting", credential(tokens.access))

    assert handshake.kinds == ["accept", "send"]
    assert handshake.messages[1]["text"] == f"Hello, {user.email}!"


async def test_handshake_without_a_token_is_refused(app: FastAPI, client: AsyncClient) -> None:
    handshake = await open_websocket(app, "/greeting", {})

    headers = handshake.headers
    assert handshake.refusal == (401, "not_authenticated")
    assert headers["www-authenticate"] == "Bearer"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32


async def test_server_without_responses_to_handshakes_is_asked_to_close(
    app: FastAPI,
    client: AsyncClient,
) -> None:
    """The server then sends 403."""
    handshake = await open_websocket(app, "/greeting", {}, extensions=[])

    assert handshake.kinds == ["close"]
    assert handshake.messages[0]["code"] == 1008


async def test_handshake_with_other_than_an_access_token_is_refused(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    unusable = [tokens.refresh, tampered(tokens.access), "garbage"]

    handshakes = [await open_websocket(app, "/greeting", credential(each)) for each in unusable]

    assert [each.refusal for each in handshakes] == [(401, "invalid_token")] * 3


async def test_handshake_of_an_ended_session_is_refused(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    await log_out(client, tokens.access)

    handshake = await open_websocket(app, "/greeting", credential(tokens.access))

    assert handshake.refusal == (401, "session_ended")


async def test_guards_hold_for_websockets(
    app: FastAPI,
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    headers = credential(tokens.access)

    before = await open_websocket(app, "/office", headers)
    await change_user(database, user, is_staff=True)
    after = await open_websocket(app, "/office", headers)

    assert before.refusal == (403, "permission_denied")
    assert after.kinds == ["accept"]


async def test_refusal_after_the_handshake_closes_the_websocket(
    app: FastAPI,
    client: AsyncClient,
) -> None:
    handshake = await open_websocket(app, "/ended", {})

    assert handshake.kinds == ["accept", "close"]
    assert handshake.messages[1]["code"] == 1008
    assert handshake.messages[1]["reason"] == "session_ended"


# {% endcall %}
