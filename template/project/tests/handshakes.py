# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""WebSocket routes, and a client that opens them in this process."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

# {% if concurrency == "sync" %}
#| import anyio
# {% endif %}
from fastapi import FastAPI, WebSocket
from starlette.types import Message

from app.auth.errors import SessionEnded
from app.dependencies import CurrentStaff, CurrentUser, SessionDep
from tests.serving import PEER

Headers = Mapping[str, str]
# Servers with this extension can send an HTTP response to a WebSocket handshake.
EXTENSIONS = ["websocket.http.response"]


def add_websockets(app: FastAPI) -> None:
    @app.websocket("/greeting")
    async def greet(websocket: WebSocket, current: CurrentUser, session: SessionDep) -> None:
        await websocket.accept()
        await websocket.send_text(f"Hello, {current.email}!")

    @app.websocket("/office")
    async def enter(websocket: WebSocket, staff: CurrentStaff) -> None:
        await websocket.accept()

    @app.websocket("/who")
    async def who(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json([websocket.scope["scheme"], *(websocket.client or ())])

    @app.websocket("/ended")
    async def end(websocket: WebSocket) -> None:
        await websocket.accept()
        raise SessionEnded


class Handshake:
    """The messages that an application sends to a client that opens a WebSocket."""

    def __init__(self, path: str, headers: Headers, extensions: Sequence[str]) -> None:
        self.messages: list[Message] = []
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "scheme": "wss",
            "path": path,
            "query_string": b"",
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in {"Host": "testserver", **headers}.items()
            ],
            "client": (PEER, 50000),
            "extensions": {name: {} for name in extensions},
        }

    async def perform(self, app: FastAPI) -> None:
        await app(self._scope, self._receive, self._send)

    @property
    def kinds(self) -> list[str]:
        return [message["type"].removeprefix("websocket.") for message in self.messages]

    @property
    def refusal(self) -> tuple[int, str]:
        """The status and the error code of the HTTP response to the handshake."""
        start, body = self.messages
        return start["status"], json.loads(body["body"])["detail"]["code"]

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    async def _receive(self) -> Message:
        return {"type": "websocket.connect"}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)


# {% if concurrency == "async" %}
async def open_websocket(
    app: FastAPI,
    path: str,
    headers: Headers,
    extensions: Sequence[str] = EXTENSIONS,
) -> Handshake:
    handshake = Handshake(path, headers, extensions)
    await handshake.perform(app)
    return handshake


# {% else %}
# {% include "template/includes/open_websocket.py" %}
# {% endif %}
# {% endcall %}
