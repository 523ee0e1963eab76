"""Bearer tokens for clients of httpx2 or httpx, to be copied into other projects."""

from collections.abc import AsyncGenerator, Callable, Generator
from threading import Lock
from typing import TypedDict

import anyio
import httpx2 as httpx  # or: import httpx


class Tokens(TypedDict):
    """The part of a login's response that requests need."""

    access_token: str
    refresh_token: str


class BearerAuth(httpx.Auth):
    """Signs requests to the API. After a 401, it refreshes and sends the request again, once.

    Give all clients of a session the same object: one of their requests refreshes, and the others
    wait. `save` gets each new pair, and None when the session has ended. If the API does not
    refresh, its answer to that is the response. Threads and tasks cannot share an object.
    """

    def __init__(
        self,
        refresh_url: str,
        tokens: Tokens | None,
        save: Callable[[Tokens | None], None],
    ) -> None:
        self._refresh_url = httpx.URL(refresh_url)
        self._tokens = tokens
        self._save = save
        self._thread_lock = Lock()
        self._task_lock = anyio.Lock()

    def sync_auth_flow(
        self,
        request: httpx.Request,
    ) -> Generator[httpx.Request, httpx.Response, None]:
        sent = self._sign(request)
        response = yield request
        if sent is None or response.status_code != 401:
            return
        with self._thread_lock:
            if self._tokens is sent:
                response = yield self._refresh(sent, request)
                response.read()
                if not self._accept(response):
                    return
        if self._sign(request) is not None:
            yield request

    async def async_auth_flow(
        self,
        request: httpx.Request,
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        sent = self._sign(request)
        response = yield request
        if sent is None or response.status_code != 401:
            return
        async with self._task_lock:
            if self._tokens is sent:
                response = yield self._refresh(sent, request)
                await response.aread()
                if not self._accept(response):
                    return
        if self._sign(request) is not None:
            yield request

    def _sign(self, request: httpx.Request) -> Tokens | None:
        """Return the tokens that sign the request. Other origins must not get them."""
        tokens = self._tokens
        if tokens is None or _origin(request.url) != _origin(self._refresh_url):
            return None
        request.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return tokens

    def _refresh(self, tokens: Tokens, request: httpx.Request) -> httpx.Request:
        return httpx.Request(
            "POST",
            self._refresh_url,
            json={"refresh_token": tokens["refresh_token"]},
            headers={"User-Agent": request.headers.get("User-Agent", "")},
            extensions=request.extensions,  # the timeout
        )

    def _accept(self, response: httpx.Response) -> bool:
        """Keep what a refresh answered. Return whether there are new tokens."""
        if response.is_success:
            body = response.json()
            self._tokens = Tokens(
                access_token=body["access_token"],
                refresh_token=body["refresh_token"],
            )
        elif response.status_code == 401:
            self._tokens = None
        else:
            return False
        self._save(self._tokens)
        return response.is_success


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
