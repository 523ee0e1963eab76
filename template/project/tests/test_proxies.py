# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""X-Forwarded-For counts only where a trusted proxy has written it (SEC-24)."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.auth.context import current_request
from tests.serving import serve
from tests.steps import with_app_settings

CLIENT = "198.51.100.7"
SPOOFED = "203.0.113.9"
PROXY = "10.0.0.5"
trusting = with_app_settings(trusted_proxies=f"{PROXY}, 10.1.0.0/16, 2001:db8::/64")


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application with a route that tells whom it sees."""

    @app.get("/who")
    async def who() -> str | None:
        return current_request.get().ip

    return app


async def seen(app: FastAPI, peer: str, *forwarded: str) -> Any:
    """Return whom the application sees in a request from a peer with these headers."""
    headers = [("X-Forwarded-For", value) for value in forwarded]
    async with serve(app, peer) as client:
        response = await client.get("/who", headers=headers)
        return response.json()


@pytest.mark.parametrize("peer", [CLIENT, PROXY, "127.0.0.1", "2001:db8::5"])
async def test_header_does_not_count_without_trust(app: FastAPI, peer: str) -> None:
    assert await seen(app, peer, SPOOFED) == peer


@trusting
@pytest.mark.parametrize("peer", [CLIENT, "10.0.0.6", "127.0.0.1", "2001:db8:0:1::5"])
async def test_header_of_a_stranger_does_not_count(app: FastAPI, peer: str) -> None:
    assert await seen(app, peer, SPOOFED) == peer


@trusting
@pytest.mark.parametrize("peer", [PROXY, "10.1.2.3", "2001:db8::5"])
async def test_header_of_a_trusted_proxy_counts(app: FastAPI, peer: str) -> None:
    assert await seen(app, peer, CLIENT) == CLIENT


@trusting
@pytest.mark.parametrize(
    "forwarded",
    [
        [f"{SPOOFED}, {CLIENT}"],
        [f"{SPOOFED}, {CLIENT}, 10.1.2.3"],
        [SPOOFED, CLIENT],
        [f"{PROXY}, {SPOOFED}, {CLIENT}, 10.1.2.3, {PROXY}"],
        [f"not an address, {CLIENT}"],
        [f"{SPOOFED}, {CLIENT}:4711"],
    ],
)
async def test_last_address_that_is_no_proxy_counts(app: FastAPI, forwarded: list[str]) -> None:
    """What stands before it is the client's own invention."""
    assert await seen(app, PROXY, *forwarded) == CLIENT


@trusting
async def test_proxy_without_the_header_is_the_client(app: FastAPI) -> None:
    assert await seen(app, PROXY) == PROXY


@pytest.mark.parametrize("forwarded", [SPOOFED, f"{SPOOFED}:4711", f"{CLIENT}, {SPOOFED}"])
async def test_address_that_the_server_believed_is_unknown(
    app: FastAPI,
    forwarded: str,
) -> None:
    """uvicorn trusts its own machine unless it is told not to."""
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", forwarded) is None


async def test_bracketed_address_that_the_server_believed_is_unknown(app: FastAPI) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", "[2001:db8::9]:4711") is None


async def test_server_that_believes_is_warned_about_once(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    for _ in range(3):
        await seen(app, "127.0.0.1", SPOOFED)

    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "--no-proxy-headers" in record.getMessage()
    assert "TRUSTED_PROXIES" in record.getMessage()


@trusting
async def test_server_that_believes_too_changes_nothing(app: FastAPI) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, PROXY, f"{SPOOFED}, {CLIENT}") == CLIENT


# {% endcall %}
