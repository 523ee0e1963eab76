"""A Redis server that a test may stop, and a server that never answers."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from support.programs import required
from support.servers import free_port, stop
from support.waiting import wait_until


@dataclass(frozen=True)
class Redis:
    """A running Redis server."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def cluster_url(self) -> str:
        return f"redis+cluster://{urlsplit(self.url).netloc}"

    def count_keys(self) -> int:
        with redis.Redis.from_url(self.url) as client:
            return int(client.dbsize())

    def stop(self) -> None:
        stop(self.process)


@contextmanager
def redis_server(folder: Path, *more: str) -> Iterator[Redis]:
    """Start a Redis without persistence. Stop it at the end, if the test has not."""
    binary = required("redis-server")
    port = free_port()
    options = (
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        *more,
    )
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen((binary, *options), cwd=folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: accepts(port), "Redis accepts connections")
        yield Redis(f"redis://127.0.0.1:{port}/0", process)
    finally:
        stop(process)


@contextmanager
def redis_cluster(folder: Path) -> Iterator[Redis]:
    """Start a cluster of one node, which has all slots."""
    # By default the port of its bus is 10000 higher, which may be too high.
    bus = ("--cluster-port", str(free_port()))
    with redis_server(folder, "--cluster-enabled", "yes", *bus) as node:
        with redis.Redis.from_url(node.url) as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
            wait_until(lambda: client.cluster("info")["cluster_state"] == "ok", "the cluster is up")
        yield node


@contextmanager
def sentinel(folder: Path, watched: Redis) -> Iterator[str]:
    """Start a Sentinel that watches a Redis, and yield the URL of the Redis as it names it."""
    port, master = free_port(), urlsplit(watched.url).port
    configuration = folder / "sentinel.conf"
    configuration.write_text(f"port {port}\nsentinel monitor limits 127.0.0.1 {master} 1\n")
    with (folder / "sentinel.log").open("wb") as log:
        program = (required("redis-server"), str(configuration), "--sentinel")
        process = subprocess.Popen(program, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: accepts(port), "Sentinel accepts connections")
        yield f"redis+sentinel://127.0.0.1:{port}/limits"
    finally:
        stop(process)


@contextmanager
def silent_server() -> Iterator[str]:
    """Accept connections like Redis, but never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True
