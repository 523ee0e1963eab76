# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""When more passwords wait than the server will hash, it says so and stays well (SEC-29)."""

from collections.abc import AsyncGenerator
from threading import Event

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.auth import PasswordContext
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock
from tests.serving import race, serve
from tests.steps import code_of, register, with_settings

LONGEST_WAIT = 5  # seconds, should the refusal never come


class PausedContext:
    """Verifies no password before it is told to go on."""

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
    body = {"username_or_email": account.username, "password": account.password}

    async def log_in(_: int) -> Response:
        response = await client.post("/auth/login", json=body)
        paused.go_on.set()  # whoever is refused lets the other finish
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
    form = {
        "grant_type": "password",
        "username": account.username,
        "password": account.password,
    }

    async def ask(_: int) -> Response:
        response = await client.post("/auth/token", data=form)
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
    body = {"username_or_email": account.username, "password": account.password}

    async def log_in(_: int) -> Response:
        response = await client.post("/auth/login", json=body)
        paused.go_on.set()
        return response

    responses = await race(3, log_in)

    assert [response.is_success for response in responses].count(True) == 2


async def test_overlong_password_is_never_hashed(client: AsyncClient) -> None:
    """All that a body may hold is refused before it costs anything (SEC-4): hashing would wait."""
    account = await register(client)
    body = {"username_or_email": account.username, "password": "x" * 60_000}

    response = await client.post("/auth/login", json=body)

    assert code_of(response) == (401, "invalid_credentials")


# {% endcall %}
