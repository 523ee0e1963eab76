# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Serve the application in this process, run calls concurrently, and identify tokens."""

# {% if concurrency == "async" %}
import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.auth.authenticator import Authenticator, Identity

T = TypeVar("T")
BASE_URL = "https://testserver"
PEER = "192.0.2.1"


def connect(app: FastAPI, peer: str = PEER) -> AsyncClient:
    """Return a client with the address `peer` for a running application."""
    transport = ASGITransport(app=app, client=(peer, 50000))
    return AsyncClient(transport=transport, base_url=BASE_URL)


@asynccontextmanager
async def serve(app: FastAPI, peer: str = PEER) -> AsyncGenerator[AsyncClient]:
    """Start the application, yield a client with the address `peer`, and stop it afterwards."""
    async with app.router.lifespan_context(app):
        async with connect(app, peer) as client:
            yield client


async def race(callers: int, call: Callable[[int], Awaitable[T]]) -> list[T]:
    """Run `call(0)`, `call(1)` … at the same time and return their results in order."""
    return await asyncio.gather(*(call(number) for number in range(callers)))


async def identify(authenticator: Authenticator, access_token: str) -> Identity:
    """Return the identity that a request with this access token has."""
    return await authenticator.authenticate(access_token)


# {% else %}
# {% include "template/includes/serving_sync.py" %}
# {% endif %}
# {% endcall %}
