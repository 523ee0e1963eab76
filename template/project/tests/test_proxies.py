# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""X-Forwarded-For counts only if a trusted proxy wrote it (SEC-24)."""

import json
import logging
import sys
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.auth.request_context import current_request
from app.database import Database
from app.main import create_app
from app.models import AuthSession
from app.proxies import install_proxies, server_rewrites
from app.settings import Settings
from tests.handshakes import add_websockets, open_websocket
from tests.serving import PEER, serve
from tests.steps import log_in, register, rows_of, with_app_settings

CLIENT = "198.51.100.7"
SPOOFED = "203.0.113.9"
PROXY = "10.0.0.5"
REWRITTEN = (
    "The server takes client addresses from X-Forwarded-For, but no proxy is trusted, so they "
    "count as unknown. Start uvicorn with --no-proxy-headers. If there is a proxy, add it to "
    "TRUSTED_PROXIES."
)
UNNAMED = (
    "Requests have X-Forwarded-For, but come from an address that is not trusted, so all clients "
    "of a proxy there are counted as one. Add the proxy to TRUSTED_PROXIES, or set TRUSTED_HOPS to "
    "the number of proxies."
)
UNNAMED_SOCKET = (
    "Requests come through a Unix socket, and all of its clients are counted as one. Add unix: to "
    "TRUSTED_PROXIES if a proxy sends them."
)
trusting = with_app_settings(trusted_proxies=f"{PROXY}, 10.1.0.0/16, 2001:db8::/64")
trusting_unix_sockets = with_app_settings(trusted_proxies=f"unix:, {PROXY}")


class UnixSocket:
    """A server that listens on a Unix socket: it knows no address of a peer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        return self.app({**scope, "client": None, "server": ("/run/app", None)}, receive, send)


@pytest.fixture
def no_proxy_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server was started so that it leaves X-Forwarded-For alone."""
    monkeypatch.setattr(sys, "argv", ["uvicorn", "app.asgi:app", "--no-proxy-headers"])


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application with a route that returns the client address."""

    @app.get("/who")
    async def who() -> str | None:
        return current_request.get().ip

    return app


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


async def seen(app: FastAPI, peer: str, *forwarded: str) -> Any:
    """Return the client address that the application sees for a peer and its headers."""
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
        [f"{SPOOFED},{CLIENT}"],
    ],
)
async def test_last_address_that_is_not_a_proxy_counts(app: FastAPI, forwarded: list[str]) -> None:
    """The client can forge everything before it."""
    assert await seen(app, PROXY, *forwarded) == CLIENT


@trusting
async def test_proxy_without_the_header_is_the_client(app: FastAPI) -> None:
    assert await seen(app, PROXY) == PROXY


@trusting
@pytest.mark.parametrize("original", ["http", "https"])
async def test_scheme_comes_from_a_trusted_proxy(app: FastAPI, original: str) -> None:
    @app.get("/scheme")
    async def read_scheme(request: Request) -> str:
        return request.url.scheme

    schemes = []
    for peer, forwarded in [(PROXY, "http"), (PROXY, "https"), (PROXY, "gopher"), (CLIENT, "http")]:
        async with serve(app, peer) as client:
            url, headers = f"{original}://testserver/scheme", {"X-Forwarded-Proto": forwarded}
            response = await client.get(url, headers=headers)
            schemes.append(response.json())

    assert schemes == ["http", "https", original, original]


@with_app_settings(trusted_proxies=PEER)
@pytest.mark.parametrize(("forwarded", "scheme"), [("http", "ws"), ("https", "wss")])
async def test_websocket_has_the_address_and_the_scheme_of_its_client(
    app: FastAPI,
    forwarded: str,
    scheme: str,
) -> None:
    add_websockets(app)
    headers = {"X-Forwarded-For": f"{CLIENT}, {PEER}", "X-Forwarded-Proto": forwarded}

    handshake = await open_websocket(app, "/who", headers)

    _, sent = handshake.messages
    assert json.loads(sent["text"]) == [scheme, CLIENT, 0]


@trusting
@pytest.mark.parametrize(
    ("forwarded", "ip"),
    [
        ("x" * 80, None),
        (f"{CLIENT}, not an address", None),
        ("198.51.100.7.example.com", None),
        ("[198.51.100.7", CLIENT),
        (f"fe80::1%{'x' * 80}", "fe80::1"),
        ("[2001:db8:9::9]:4711", "2001:db8:9::9"),
        ("[2001:db8:9::9]:4711]", "2001:db8:9::9"),
        ("2001:db8:9::9", "2001:db8:9::9"),
        (f"::ffff:{CLIENT}", CLIENT),
        (f"{CLIENT}, ", CLIENT),
        (" , ", PROXY),
        ("", PROXY),
        ("10.1.2.3, 10.1.2.4", "10.1.2.3"),
    ],
)
async def test_any_forwarded_text_opens_a_session(
    app: FastAPI,
    database: Database,
    forwarded: str,
    ip: str | None,
) -> None:
    """Only what is an address is stored."""
    async with serve(app, PROXY) as client:
        client.headers["X-Forwarded-For"] = forwarded
        account = await register(client)
        await log_in(client, account)

    (session,) = await rows_of(database, AuthSession)
    assert session.ip == ip


@trusting
@pytest.mark.parametrize(("forwarded", "ip"), [("x" * 80, None), ("fe80::1%eth0", "fe80::1")])
async def test_text_that_the_server_forwards_is_stored_only_as_an_address(
    app: FastAPI,
    forwarded: str,
    ip: str | None,
) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, "127.0.0.1", forwarded) == ip


@trusting_unix_sockets
@pytest.mark.parametrize("forwarded", [CLIENT, f"{SPOOFED}, {CLIENT}, {PROXY}"])
async def test_proxy_at_a_unix_socket_can_be_trusted(app: FastAPI, forwarded: str) -> None:
    app.add_middleware(UnixSocket)

    assert await seen(app, PROXY, forwarded) == CLIENT


@trusting_unix_sockets
async def test_trusted_unix_socket_gives_no_trust_to_an_address(app: FastAPI) -> None:
    assert await seen(app, SPOOFED, CLIENT) == SPOOFED


@trusting
async def test_clients_of_another_unix_socket_are_unknown(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.add_middleware(UnixSocket)

    found = [await seen(app, PROXY, CLIENT) for _ in range(3)]

    assert found == [None] * 3
    assert warnings_in(caplog) == [UNNAMED_SOCKET]


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


@pytest.mark.parametrize("peer", [CLIENT, PROXY, ""])
async def test_number_of_proxies_stands_in_for_their_addresses(peer: str) -> None:
    app = FastAPI()
    install_proxies(app, (), hops=2)

    @app.get("/who")
    async def who(request: Request) -> tuple[str, int] | None:
        return request.client

    addresses = [
        await seen(app, peer, *forwarded)
        for forwarded in (
            [f"{CLIENT}, {PROXY}"],
            [f"{SPOOFED}, {CLIENT}", PROXY],
            [f"{SPOOFED}, not an address, {PROXY}"],
            [PROXY],
            [],
        )
    ]

    assert addresses == [[CLIENT, 0], [CLIENT, 0], None, None, [peer, 50000]]


@with_app_settings(trusted_hops=1)
async def test_first_address_counts_behind_one_proxy(app: FastAPI) -> None:
    assert await seen(app, PROXY, f"{SPOOFED}, {CLIENT}") == CLIENT


@pytest.mark.parametrize("trusted", [{}, {"trusted_proxies": "10.1.0.0/16"}])
async def test_proxy_that_nobody_named_is_reported_once(
    settings: Settings,
    trusted: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(Settings.model_validate({**settings.model_dump(), **trusted}))
    async with serve(app, PROXY) as client:
        for _ in range(3):
            await client.get("/health", headers={"X-Forwarded-For": CLIENT})

    assert warnings_in(caplog) == [UNNAMED]


@pytest.mark.parametrize("trusted", [{"trusted_proxies": PROXY}, {"trusted_hops": 1}])
async def test_proxy_that_is_known_is_not_reported(
    settings: Settings,
    trusted: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(Settings.model_validate({**settings.model_dump(), **trusted}))
    async with serve(app, PROXY) as client:
        await client.get("/health", headers={"X-Forwarded-For": CLIENT})

    assert warnings_in(caplog) == []


@trusting
async def test_server_that_also_trusts_the_header_changes_nothing(app: FastAPI) -> None:
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="127.0.0.1")

    assert await seen(app, PROXY, f"{SPOOFED}, {CLIENT}") == CLIENT


# {% endcall %}
