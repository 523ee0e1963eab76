"""Bodies have a limit, whether their length is declared or not (SEC-79)."""

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.errors import BodyTooLarge
from app.auth.fastapi.errors import answer


class BodyLimit:
    """The limit behind FastAPI's `max_body_size`, which a route may still set for itself.

    Here it is inside of the other middleware, and its plain text gets the form of all errors.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = RequestBodyLimitMiddleware(app, max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def send_in_form(message: Message) -> None:
            nonlocal answered
            if _is_plain_refusal(message):
                answered = True
                await answer(BodyTooLarge)(scope, receive, send)
            elif not answered:
                await send(message)

        await self.app(scope, receive, send_in_form)


def _is_plain_refusal(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 413:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
