"""Whose word counts for the address of a client: X-Forwarded-For is anybody's to send (SEC-24)."""

import logging
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from fastapi import FastAPI
from pydantic import AfterValidator, IPvAnyNetwork
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

logger = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network


def _refuse_everybody(network: Network) -> Network:
    if network.prefixlen == 0:
        raise ValueError("that is every address: name those of your proxies")
    return network


ProxyNetwork = Annotated[IPvAnyNetwork, AfterValidator(_refuse_everybody)]


def install_proxies(app: FastAPI, trusted: Iterable[Network]) -> None:
    """Believe these proxies about their clients, and nobody else."""
    networks = [str(network) for network in trusted]
    if networks:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=networks)
    else:
        app.add_middleware(UnprovenAddresses)


class UnprovenAddresses:
    """Forgets an address that the server has taken from X-Forwarded-For, as no proxy is trusted.

    uvicorn believes every process of its own machine by default, and what that passes on may
    come from the client. Who the client is stays unknown then, rather than its own choice.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _is_claimed(scope):
            scope["client"] = None
            self._warn_once()
        await self.app(scope, receive, send)

    def _warn_once(self) -> None:
        if self.warned:
            return
        self.warned = True
        logger.warning(
            "The server takes client addresses from X-Forwarded-For, but no proxy is trusted: "
            "they count as unknown. Start uvicorn with --no-proxy-headers, and if there is a "
            "proxy, name it in TRUSTED_PROXIES."
        )


def _is_claimed(scope: Scope) -> bool:
    """Tell whether the address is one of X-Forwarded-For, where a port may be behind it."""
    client = scope.get("client")
    if not client:
        return False
    host = client[0]
    claims = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    return any(
        claim == host or claim.startswith((f"{host}:", f"[{host}]"))
        for claim in map(str.strip, claims)
    )
