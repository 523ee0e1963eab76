"""Response headers that every answer carries (ASVS 3.4 and 14.3)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Keeps answers out of caches, unless a route says otherwise, and stops type guessing.

    For `hsts_seconds` after each answer browsers use only HTTPS with this host; 0 leaves it out.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int = 0) -> None:
        self.app = app
        self.defaults = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if hsts_seconds:
            self.defaults["Strict-Transport-Security"] = f"max-age={hsts_seconds}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
