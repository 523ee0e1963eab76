# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Serve the application to a client in this process, let callers race, and ask who they are."""

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


@asynccontextmanager
async def serve(app: FastAPI, peer: str = PEER) -> AsyncGenerator[AsyncClient]:
    """Start the application for a client with this address, and stop it when that is done."""
    transport = ASGITransport(app=app, client=(peer, 50000))
    async with app.router.lifespan_context(app):
        async with AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield client


async def race(callers: int, call: Callable[[int], Awaitable[T]]) -> list[T]:
    """Run `call(0)`, `call(1)` … at the same time and return their results in order."""
    return await asyncio.gather(*(call(number) for number in range(callers)))


async def identify(authenticator: Authenticator, access_token: str) -> Identity:
    """Tell whose token this is, as a request would learn it."""
    return await authenticator.authenticate(access_token)


# {% else %}
# {% include "template/includes/serving_sync.py" %}
# {% endif %}
# {% endcall %}
