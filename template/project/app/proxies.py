"""Client addresses behind proxies. Anyone can send X-Forwarded-For (SEC-24)."""

import logging
import os
import sys
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from fastapi import FastAPI
from pydantic import PlainValidator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.auth.addresses import Address, read_address

# The peer of a request that came through a Unix socket: it has no address.
UNIX_SOCKET = "unix:"

logger = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network


def read_proxy(value: object) -> Network | str:
    """Raise ValueError for anything but an address, a network or `unix:`."""
    if value == UNIX_SOCKET:
        return UNIX_SOCKET
    try:
        network = ip_network(str(value))
    except ValueError:
        raise ValueError("must be an address, a network or unix:") from None
    if network.prefixlen == 0:
        raise ValueError("this network is every address: name the addresses of your proxies")
    return network


Proxy = Annotated[Network | str, PlainValidator(read_proxy)]


def install_proxies(app: FastAPI, trusted: Sequence[Network | str], hops: int) -> None:
    """Take client addresses from these proxies, or from this number of proxies."""
    app.add_middleware(
        ClientAddresses,
        trusted=trusted,
        hops=hops,
        server_rewrites=server_rewrites(),
    )


def server_rewrites() -> bool:
    """Return whether the server may set client addresses from X-Forwarded-For itself.

    uvicorn does so for peers on its own machine. The flag and the variable turn that off.
    """
    is_off = "--no-proxy-headers" in sys.argv or os.environ.get("FORWARDED_ALLOW_IPS") == ""
    return not is_off


class ClientAddresses:
    """Sets the client and the scheme of a request from the headers of a trusted proxy.

    With `hops`, every peer is a proxy, and the address is that which the first of them has added.
    If no proxy is trusted and the server may have taken the address from X-Forwarded-For, the
    address counts as unknown, because the client may have chosen it.
    """

    def __init__(
        self,
        app: ASGIApp,
        trusted: Sequence[Network | str],
        hops: int,
        server_rewrites: bool,
    ) -> None:
        self.app = app
        self.hops = hops
        self.networks = [network for network in trusted if not isinstance(network, str)]
        self.trusts_unix_socket = UNIX_SOCKET in trusted
        self.is_suspicious = server_rewrites and not trusted
        self.warnings: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            self._set_client(scope, Headers(scope=scope))
        await self.app(scope, receive, send)

    def _set_client(self, scope: Scope, headers: Headers) -> None:
        claims = [
            claim.strip()
            for header in headers.getlist("x-forwarded-for")
            for claim in header.split(",")
            if claim.strip()
        ]
        client = scope.get("client")
        peer = client[0] if client else ""
        if self.hops or self._is_trusted(peer):
            scope["scheme"] = _scheme_from(headers, scope)
            if claims:
                scope["client"] = self._client_from(claims)
        elif not peer:
            self._warn_once(
                "Requests come through a Unix socket, and all of its clients are counted as one. "
                "Add unix: to TRUSTED_PROXIES if a proxy sends them."
            )
        elif self.is_suspicious and read_address(peer) in map(_address_in, claims):
            scope["client"] = None
            self._warn_once(
                "The server takes client addresses from X-Forwarded-For, but no proxy is trusted, "
                "so they count as unknown. Start uvicorn with --no-proxy-headers. If there is a "
                "proxy, add it to TRUSTED_PROXIES."
            )
        elif claims:
            self._warn_once(
                "Requests have X-Forwarded-For, but come from an address that is not trusted, so "
                "all clients of a proxy there are counted as one. Add the proxy to "
                "TRUSTED_PROXIES, or set TRUSTED_HOPS to the number of proxies."
            )

    def _is_trusted(self, peer: str) -> bool:
        return self._is_proxy(read_address(peer)) if peer else self.trusts_unix_socket

    def _is_proxy(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)

    def _client_from(self, claims: list[str]) -> tuple[str, int] | None:
        """Return the rightmost address that is not a proxy, or None if that is not an address.

        With `hops`, None also means that the request has not passed all proxies.
        """
        addresses = [_address_in(claim) for claim in claims]
        if self.hops:
            client = addresses[-self.hops] if len(addresses) >= self.hops else None
        else:
            strangers = [address for address in addresses if not self._is_proxy(address)]
            client = strangers[-1] if strangers else addresses[0]
        return None if client is None else (str(client), 0)

    def _warn_once(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.add(warning)
            logger.warning(warning)


def _address_in(claim: str) -> Address | None:
    """Return the address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    if claim.startswith("["):
        return read_address(claim[1:].partition("]")[0])
    return read_address(claim.partition(":")[0] if claim.count(":") == 1 else claim)


def _scheme_from(headers: Headers, scope: Scope) -> str:
    forwarded = headers.get("x-forwarded-proto")
    if forwarded not in ("http", "https"):
        return str(scope["scheme"])
    return forwarded.replace("http", "ws") if scope["type"] == "websocket" else forwarded
