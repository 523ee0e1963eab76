# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A server that rewrites addresses itself gives nobody another address (SEC-24)."""

import sys

import pytest
from fastapi import FastAPI, Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.proxies import install_proxies, server_rewrites
from tests.proxies.steps import CLIENT, PROXY, REWRITTEN, SPOOFED, seen, trusting, warnings_in


@trusting
@pytest.mark.parametrize(("forwarded", "ip"), [("x" * 80, None), ("fe80::1%eth0", "fe80::1")])
async def test_text_that_the_server_forwards_is_stored_only_as_an_address(
    app: FastAPI,
    forwarded: str,
    ip: str | None,
) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", forwarded) == ip


@pytest.mark.usefixtures("no_proxy_headers")
@pytest.mark.parametrize("forwarded", [CLIENT, f"{CLIENT}:50000", f"{SPOOFED}, {CLIENT}"])
async def test_client_cannot_hide_behind_its_own_address(app: FastAPI, forwarded: str) -> None:
    assert await seen(app, CLIENT, forwarded) == CLIENT


@pytest.mark.parametrize(
    ("arguments", "allowed", "rewrites"),
    [
        ([], None, True),
        ([], "127.0.0.1", True),
        ([], "", False),
        (["--no-proxy-headers"], None, False),
        (["--proxy-headers"], None, True),
    ],
)
def test_start_of_the_server_decides_whether_it_rewrites(
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    allowed: str | None,
    rewrites: bool,
) -> None:
    monkeypatch.setattr(sys, "argv", ["uvicorn", *arguments])
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if allowed is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", allowed)

    assert server_rewrites() is rewrites


@pytest.mark.parametrize("forwarded", [SPOOFED, f"{SPOOFED}:4711", f"{CLIENT}, {SPOOFED}"])
async def test_address_that_uvicorn_took_from_the_header_is_unknown(
    app: FastAPI,
    forwarded: str,
) -> None:
    """By default, uvicorn trusts the header from its own host."""
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", forwarded) is None


async def test_request_from_an_unknown_address_has_no_client() -> None:
    app = FastAPI()
    install_proxies(app, (), hops=0)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    @app.get("/who")
    async def who(request: Request) -> bool:
        return request.client is None

    assert await seen(app, "127.0.0.1", SPOOFED) is True


async def test_bracketed_address_that_uvicorn_took_from_the_header_is_unknown(app: FastAPI) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", "[2001:db8::9]:4711") is None


async def test_server_that_trusts_the_header_is_reported_once(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    for _ in range(3):
        await seen(app, "127.0.0.1", SPOOFED)

    assert warnings_in(caplog) == [REWRITTEN]


@trusting
async def test_server_that_also_trusts_the_header_changes_nothing(app: FastAPI) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, PROXY, f"{SPOOFED}, {CLIENT}") == CLIENT


# {% endcall %}
