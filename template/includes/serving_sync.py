from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Barrier
from typing import TypeVar

import anyio
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Client

from app.auth.authenticator import Authenticator, Identity

T = TypeVar("T")
BASE_URL = "https://testserver"
PEER = "192.0.2.1"


def connect(app: FastAPI, peer: str = PEER) -> closing[Client]:
    """Return a client with the address `peer` for a running application.

    Entering a TestClient in `with` would start the application again.
    """
    return closing(TestClient(app, base_url=BASE_URL, client=(peer, 50000)))


@contextmanager
def serve(app: FastAPI, peer: str = PEER) -> Generator[Client]:
    """Start the application, yield a client with the address `peer`, and stop it afterwards."""
    with TestClient(app, base_url=BASE_URL, client=(peer, 50000)) as client:
        yield client


def race(callers: int, call: Callable[[int], T]) -> list[T]:
    """Run `call(0)`, `call(1)` … at the same time and return their results in order."""
    barrier = Barrier(callers)

    def start_together(number: int) -> T:
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(callers) as threads:
        return list(threads.map(start_together, range(callers)))


def identify(authenticator: Authenticator, access_token: str) -> Identity:
    """Return the identity that a request with this access token has."""
    return anyio.run(authenticator.authenticate, access_token)
