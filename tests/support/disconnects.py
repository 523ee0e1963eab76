"""Clients that disconnect at random points of a request or response."""

import asyncio
import json
import random
import socket
import struct
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from support.journeys import PASSWORD
from support.seeding import Person

AT_ONCE = 20
# Per hundred requests.
MIX = {"me": 40, "sessions": 20, "refresh": 30, "login": 8, "register": 2}
LONGEST_READ = 400  # bytes, about the length of the shorter responses
PATIENCE = 20.0
# Closing a socket with this option sends a reset instead of a regular end.
ABRUPTLY = struct.pack("ii", 1, 0)


async def hang_up(url: str, people: Sequence[Person], times: int) -> Counter[str]:
    """Send requests and drop each at a random point. Return how far each of them got."""
    chance = random.Random(1000)
    turns = asyncio.Semaphore(AT_ONCE)
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    address = (parts.hostname, parts.port)

    async def leave(number: int) -> str:
        request = written(chance, chance.choice(people), number)
        sent = chance.choice((len(request), chance.randrange(len(request))))
        read = chance.choice((0, chance.randrange(LONGEST_READ)))
        async with turns:
            return await begin(address, request, sent, read, abruptly=chance.random() < 0.5)

    return Counter(await asyncio.gather(*map(leave, range(times))))


async def begin(
    address: tuple[str, int],
    request: bytes,
    sent: int,
    read: int,
    *,
    abruptly: bool,
) -> str:
    reader, writer = await asyncio.open_connection(*address)
    async with asyncio.timeout(PATIENCE):
        writer.write(request[:sent])
        with suppress(ConnectionError):
            await writer.drain()
            if sent == len(request) and read:
                await reader.read(read)
    if abruptly:
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    if sent < len(request):
        return "in the request"
    return "in the answer" if read else "before the answer"


def written(chance: random.Random, person: Person, number: int) -> bytes:
    """Return the bytes of one request of the mix."""
    (kind,) = chance.choices(list(MIX), list(MIX.values()))
    name = f"guest{number}"
    account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    bodies = {
        "refresh": {"refresh_token": person.refresh_token},
        "login": {"username_or_email": person.username, "password": PASSWORD},
        "register": account,
    }
    body = json.dumps(bodies[kind]).encode() if kind in bodies else b""
    lines = [
        f"{'POST' if body else 'GET'} /auth/{kind} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {person.access_token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
