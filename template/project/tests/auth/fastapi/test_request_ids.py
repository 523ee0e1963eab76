# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The server creates an ID for every request, and routes can read it."""

import re

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.request_context import NO_REQUEST, current_request
from tests.steps import AUTH

FORM = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("path", ["/health", f"{AUTH}/me", "/nowhere"])
async def test_every_response_has_an_id(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert FORM.fullmatch(response.headers["X-Request-ID"])


async def test_no_two_requests_share_an_id(client: AsyncClient) -> None:
    responses = [await client.get("/health") for _ in range(10)]

    assert len({response.headers["X-Request-ID"] for response in responses}) == 10


@pytest.mark.parametrize("sent", ["0" * 32, "forged\x1b[31m", ""])
async def test_id_of_the_client_is_ignored(client: AsyncClient, sent: str) -> None:
    response = await client.get("/health", headers={"X-Request-ID": sent})

    [received] = response.headers.get_list("X-Request-ID")
    assert FORM.fullmatch(received)
    assert received != sent


async def test_routes_know_their_request(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/id")
    async def read_id() -> str:
        return current_request.get().id

    response = await client.get("/id")

    assert response.json() == response.headers["X-Request-ID"]


async def test_routes_in_threads_know_their_request(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/id")
    def read_id() -> str:
        return current_request.get().id

    response = await client.get("/id")

    assert response.json() == response.headers["X-Request-ID"]


async def test_context_ends_with_the_request(client: AsyncClient) -> None:
    await client.get("/health")

    assert current_request.get() is NO_REQUEST


# {% endcall %}
