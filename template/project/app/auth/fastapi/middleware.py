"""ASGI middleware: request ids, response headers, unexpected errors and size limits."""

import logging
from uuid import uuid4

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.addresses import read_address
from app.auth.errors import BodyTooLarge, HeadersTooLarge
from app.auth.fastapi.errors import error_response
from app.auth.request_context import RequestContext, current_request

CONNECTIONS = ("http", "websocket")
REQUEST_ID_HEADER = "X-Request-ID"
# The second one rejects the handshake of a WebSocket.
RESPONSE_STARTS = ("http.response.start", "websocket.http.response.start")
# Responses of an API are no pages. What a page may load is up to its route (ASVS 3.4.3, 3.4.6).
API_CSP = b"default-src 'none'; frame-ancestors 'none'"
PAGE_CSP = b"base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

logger = logging.getLogger(__name__)


class RequestContexts:
    """Sets `current_request` while a request is being answered.

    An id that the client sends is ignored: it could repeat another's, or forge a log line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return

        context = RequestContext(id=uuid4().hex, ip=_client_address(scope))

        async def send_with_id(message: Message) -> None:
            if message["type"] in RESPONSE_STARTS:
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = context.id
            await send(message)

        token = current_request.set(context)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current_request.reset(token)


class HeaderLimit:
    """Rejects a request whose URL and headers are too large, before anything reads them.

    Servers have no limit, or one that is larger (SEC-79).
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] in CONNECTIONS and _head_bytes(scope) > self.max_bytes:
            app = RequestContexts(error_response(HeadersTooLarge))
        await app(scope, receive, send)


class SecurityHeaders:
    """Sets the security headers of every response, unless a route has set them (ASVS 3.4, 14.3).

    Browsers use only HTTPS with this host for `hsts_seconds` after a response; 0 omits the header.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int = 0) -> None:
        self.app = app
        defaults = {
            b"cache-control": b"no-store",
            b"cross-origin-resource-policy": b"same-origin",
            b"referrer-policy": b"no-referrer",
            b"x-content-type-options": b"nosniff",
        }
        if hsts_seconds:
            defaults[b"strict-transport-security"] = b"max-age=%d" % hsts_seconds
        self.of_pages = {**defaults, b"content-security-policy": PAGE_CSP}
        self.of_others = {**defaults, b"content-security-policy": API_CSP}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in RESPONSE_STARTS:
                present = dict(message["headers"])
                is_page = present.get(b"content-type", b"").startswith(b"text/html")
                defaults = self.of_pages if is_page else self.of_others
                missing = [field for field in defaults.items() if field[0] not in present]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class UnexpectedErrors:
    """Turns an exception into a 500 without its cause, which is in the log (SEC-80).

    Starlette would do so too, but outside all other middleware, and so without their headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answerable = scope["type"] == "http"

        async def send_and_note(message: Message) -> None:
            nonlocal answerable
            answerable = False
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if not answerable:
                raise  # the server cuts the connection, so half a response does not look complete
            request_id = current_request.get().id
            logger.exception("Request %s failed", request_id)
            await _internal_error(request_id)(scope, receive, send)


class BodyLimit:
    """The default of FastAPI's `max_body_size`, which a route can override.

    Here it is inside the other middleware, and its error has the form of all errors.
    It applies whether or not the length is declared (SEC-79).
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = RequestBodyLimitMiddleware(app, max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def send_in_form(message: Message) -> None:
            nonlocal answered
            if _is_plain_refusal(message):
                answered = True
                await error_response(BodyTooLarge)(scope, receive, send)
            elif not answered:
                await send(message)

        await self.app(scope, receive, send_in_form)


def _client_address(scope: Scope) -> str | None:
    """Return the address in the form of the database's column, whatever the server passes on."""
    client = scope.get("client")
    address = read_address(client[0]) if client else None
    return None if address is None else str(address)


def _head_bytes(scope: Scope) -> int:
    url = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return url + sum(len(name) + len(value) for name, value in scope["headers"])


def _internal_error(request_id: str) -> JSONResponse:
    detail = {
        "code": "internal_error",
        "message": "Internal error. The log has the details under this request id.",
        "request_id": request_id,
    }
    return JSONResponse({"detail": detail}, 500)


def _is_plain_refusal(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 413:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
