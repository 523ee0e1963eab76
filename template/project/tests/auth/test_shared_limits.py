# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A shared storage of rate limits is asked once, and its connections are closed in the end."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.auth.test_address_limits import count_refusals, limits_with

WAIT = 5  # seconds, for what happens at once


class Redis(socketserver.ThreadingTCPServer):
    """Knows no command, or hangs up at once."""

    daemon_threads = True  # the end of a test waits for no connection
    hangs_up = False
    connections = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.closed = threading.Event()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server_address[1]}?protocol=2"  # without HELLO


class Connection(socketserver.StreamRequestHandler):
    server: Redis

    def handle(self) -> None:
        self.server.connections += 1
        while not self.server.hangs_up and (parts := self.rfile.readline()):
            for _ in range(2 * int(parts[1:])):  # each part is its length and its text
                self.rfile.readline()
            self.wfile.write(b"-ERR unknown command\r\n")
        self.server.closed.set()


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_attempt_is_not_repeated(redis: Redis) -> None:
    """A request would wait for each repetition (SEC-83)."""
    redis.hangs_up = True
    limits = limits_with(limit_storage=redis.url)

    await count_refusals(limits, attempts=2)

    assert redis.connections == 1


async def test_connections_are_closed(redis: Redis) -> None:
    limits = limits_with(limit_storage=redis.url)
    await count_refusals(limits, attempts=1)

    await limits.close()

    assert redis.connections == 1
    assert redis.closed.wait(WAIT)


# {% endcall %}
