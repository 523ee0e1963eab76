# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The address of a client comes from a proxy that is named, and from nobody else (SEC-24)."""

import json

import pytest
from fastapi import FastAPI, Request

from app.database import Database
from app.models import AuthSession
from tests.handshakes import add_websockets, open_websocket
from tests.proxies.steps import (
    CLIENT,
    PROXY,
    SPOOFED,
    UNNAMED_SOCKET,
    UnixSocket,
    seen,
    trusting,
    trusting_unix_sockets,
    warnings_in,
)
from tests.serving import PEER, serve
from tests.steps import log_in, register, rows_of, with_app_settings


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


# {% endcall %}
