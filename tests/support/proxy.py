"""A TCP proxy in front of a database server, which can cut connections to it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

T = TypeVar("T")
CHUNK = 65536
PATIENCE_SECONDS = 20


class Proxy:
    """Forwards bytes while it is up. While it is down, it refuses clients at once."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        # Bound but not listening. It reserves the port while the proxy is down.
        self._placeholder = reusable_socket(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._placeholder.getsockname()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def up(self) -> None:
        self._run(self._up)

    def down(self) -> None:
        """Refuse new connections and cut open ones, like a killed server."""
        self._run(self._down)

    def cut(self) -> None:
        """Cut the open connections, like a restarted server."""
        self._run(self._cut)

    def close(self) -> None:
        self._run(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()
        self._placeholder.close()

    def _run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(PATIENCE_SECONDS)

    async def _up(self) -> None:
        listener = reusable_socket(self.address)
        self._server = await asyncio.start_server(self._serve, sock=listener)

    async def _down(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for writer in self._connections:
            writer.transport.abort()

    async def _close(self) -> None:
        await self._down()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self._server is None:  # accepted just before the proxy went down
            to_client.transport.abort()
            return
        self._connections.add(to_client)
        with suppress(OSError):
            server, to_server = await asyncio.open_connection(*self._upstream)
            self._connections.add(to_server)
            await asyncio.gather(pump(client, to_server), pump(server, to_client))
            self._connections.discard(to_server)
        self._connections.discard(to_client)


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Forward bytes until either side closes, then close the other."""
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


def reusable_socket(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(address)
    return bound


@contextmanager
def proxied(database_url: str) -> Iterator[Proxy]:
    """Start a proxy in front of the server in the URL. It is down at first."""
    parts = urlsplit(database_url)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = Proxy((parts.hostname, parts.port))
    try:
        yield proxy
    finally:
        proxy.close()


def through(proxy: Proxy, database_url: str) -> str:
    """Return the URL of the same database through the proxy."""
    parts = urlsplit(database_url)
    host, port = proxy.address
    netloc = f"{parts.netloc.rpartition('@')[0]}@{host}:{port}"
    return urlunsplit(parts._replace(netloc=netloc))
