# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Logins are refused while the hashing queue is full (SEC-29)."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from threading import Event

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.auth.hashing import PasswordContext
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock
from tests.serving import race, serve
from tests.steps import (
    AUTH,
    SIGNED_IN,
    code_of,
    credentials,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    register,
    with_settings,
)

LONGEST_WAIT = 5  # seconds, if no login is refused


class PausedContext:
    """Verifies no password until `go_on` is set."""

    def __init__(self, context: PasswordContext) -> None:
        self._context = context
        self.go_on = Event()

    def hash(self, secret: str, /) -> str:
        return self._context.hash(secret)

    def identify(self, stored: str, /) -> str | None:
        return self._context.identify(stored)

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]:
        assert self.go_on.wait(LONGEST_WAIT)
        return self._context.verify_and_update(secret, stored)


@pytest.fixture
def paused(password_context: PasswordContext) -> PausedContext:
    return PausedContext(password_context)


@pytest.fixture
def app(settings: Settings, clock: MovableClock, paused: PausedContext) -> FastAPI:
    return create_app(settings, clock=clock, password_context=paused)


@pytest.fixture
async def client(app: FastAPI, database: object) -> AsyncGenerator[AsyncClient]:
    async with serve(app) as client:
        yield client


@with_settings(hash_workers=1, hash_queue=0)
async def test_login_is_refused_while_all_places_are_taken(
    client: AsyncClient,
    paused: PausedContext,
) -> None:
    account = await register(client)

    async def log_in(_: int) -> Response:
        response = await client.post(f"{AUTH}/login", json=credentials(account))
        paused.go_on.set()  # the refused login lets the other one finish
        return response

    responses = await race(2, log_in)

    refused = max(responses, key=lambda response: response.status_code)
    assert [response.is_success for response in responses].count(True) == 1
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["detail"]["code"] == "busy"


# {% if transport != "cookie" %}
@with_settings(hash_workers=1, hash_queue=0)
async def test_token_endpoint_is_refused_while_all_places_are_taken(
    client: AsyncClient,
    paused: PausedContext,
) -> None:
    account = await register(client)

    async def ask(_: int) -> Response:
        response = await client.post(f"{AUTH}/token", data=password_grant(account))
        paused.go_on.set()
        return response

    responses = await race(2, ask)

    refused = max(responses, key=lambda response: response.status_code)
    assert [response.is_success for response in responses].count(True) == 1
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["error"] == "temporarily_unavailable"


# {% endif %}
@with_settings(hash_workers=1, hash_queue=1)
async def test_login_waits_for_a_place_in_the_queue(
    client: AsyncClient,
    paused: PausedContext,
) -> None:
    account = await register(client)

    async def log_in(_: int) -> Response:
        response = await client.post(f"{AUTH}/login", json=credentials(account))
        paused.go_on.set()
        return response

    responses = await race(3, log_in)

    assert [response.is_success for response in responses].count(True) == 2


@with_settings(hash_workers=1, hash_queue=0)
async def test_refused_login_does_not_count_as_an_attempt(
    app: FastAPI,
    client: AsyncClient,
    paused: PausedContext,
) -> None:
    account = await register(client)
    paused.go_on.set()
    body = credentials(account)
    with app.state.auth.tools.hasher.place():
        refusals = [await client.post(f"{AUTH}/login", json=body) for _ in range(6)]

    response = await client.post(f"{AUTH}/login", json=body)

    assert [code_of(refusal) for refusal in refusals] == [(503, "busy")] * 6
    assert response.status_code == SIGNED_IN


async def test_overlong_password_is_never_hashed(client: AsyncClient) -> None:
    """The check comes before hashing (SEC-4), which would block in this test."""
    account = await register(client)
    body = credentials(replace(account, password="x" * 60_000))

    response = await client.post(f"{AUTH}/login", json=body)

    assert code_of(response) == (401, "invalid_credentials")


# {% endcall %}
