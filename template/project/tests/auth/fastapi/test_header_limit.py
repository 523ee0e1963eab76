# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The URL and the headers of a request have a limit, whatever server passes them on (SEC-79)."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from tests.handshakes import open_websocket
from tests.steps import AUTH, code_of, with_app_settings

LIMIT = 16 * 1024
TOO_LARGE = (431, "headers_too_large")
HEADERS: dict[str, list[tuple[str, str]]] = {
    "one header": [("X-A", "x" * LIMIT)],
    "one name": [("X" * LIMIT, "")],
    # {% if transport != "header" %}
    "cookies": [("Cookie", "a=b;" * (LIMIT // 4))],
    # {% endif %}
    "many headers": [("X", "x")] * (LIMIT // 2),
    "proxies": [("X-Forwarded-For", "192.0.2.1," * (LIMIT // 10 + 1))],
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("path", ["/health", f"{AUTH}/me", "/nowhere"])
async def test_larger_headers_are_refused(client: AsyncClient, kind: str, path: str) -> None:
    response = await client.get(path, headers=HEADERS[kind])

    assert code_of(response) == TOO_LARGE
    assert len(response.headers["X-Request-ID"]) == 32


async def test_longer_url_is_refused(client: AsyncClient) -> None:
    responses = [
        await client.get("/health", params={"x": "x" * LIMIT}),
        await client.get(f"/{'x' * LIMIT}"),
    ]

    assert [code_of(response) for response in responses] == [TOO_LARGE] * 2


async def test_headers_below_the_limit_are_read(client: AsyncClient) -> None:
    response = await client.get("/health", headers={"X-A": "x" * (LIMIT - 500)})

    assert response.status_code == 200


@with_app_settings(max_header_bytes=4096)
async def test_limit_is_a_setting(client: AsyncClient) -> None:
    response = await client.get("/health", headers={"X-A": "x" * 4096})

    assert code_of(response) == TOO_LARGE


async def test_websocket_has_the_limit_too(app: FastAPI) -> None:
    handshake = await open_websocket(app, "/anywhere", {"X-A": "x" * LIMIT})

    assert handshake.refusal == TOO_LARGE


# {% endcall %}
