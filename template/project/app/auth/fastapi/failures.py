"""Answer what nobody expected: the log gets the whole story, the client an id (SEC-80)."""

import logging

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.context import current_request

logger = logging.getLogger(__name__)


class UnexpectedErrors:
    """Turns an exception into a 500 that says nothing of its cause.

    Starlette would do so too, but outside of all other middleware: without their headers.
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
                raise  # the server cuts the connection, so that half an answer is not taken for one
            request_id = current_request.get().id
            logger.exception("Request %s failed", request_id)
            await _internal_error(request_id)(scope, receive, send)


def _internal_error(request_id: str) -> JSONResponse:
    detail = {
        "code": "internal_error",
        "message": "Something went wrong here. The request id helps to find out what.",
        "request_id": request_id,
    }
    return JSONResponse({"detail": detail}, 500)
