"""Every request gets an id, which its answer and all that is logged meanwhile carry."""

from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.context import RequestContext, current_request

REQUEST_ID_HEADER = "X-Request-ID"


class RequestContexts:
    """Sets `current_request` while a request is being answered.

    An id that the client sends is ignored: it could repeat another's, or forge a log line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        context = RequestContext(id=uuid4().hex, ip=_address_of(scope))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = context.id
            await send(message)

        token = current_request.set(context)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current_request.reset(token)


def _address_of(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None
