# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What tests do with proxies, each in one place."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.serving import serve
from tests.steps import with_app_settings

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


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


async def seen(app: FastAPI, peer: str, *forwarded: str) -> Any:
    """Return the client address that the application sees for a peer and its headers."""
    headers = [("X-Forwarded-For", value) for value in forwarded]
    async with serve(app, peer) as client:
        response = await client.get("/who", headers=headers)
        return response.json()


# {% endcall %}
