# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""URLs in a token's header are never fetched (SEC-32)."""

import socket
from collections.abc import Iterator

import pytest

from app.auth.errors import InvalidToken
from app.auth.tokens import Tokens
from tests.auth.forging import decoded, encoded, signed
from tests.user_ids import USER_ID


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening socket whose `accept` does not block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("member", ["jku", "x5u", "kid", "iss"])
async def test_address_in_the_header_is_not_called(
    tokens: Tokens,
    listener: socket.socket,
    member: str,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id="0123456789abcdef" * 2)
    header, payload, _ = token.split(".")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json"
    forged = signed(encoded({**decoded(header), member: address}), payload)

    with pytest.raises(InvalidToken):
        tokens.read_access(forged)

    with pytest.raises(BlockingIOError):
        listener.accept()


# {% endcall %}
