# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Access to `app.state.auth`, and to the client of a request."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from app.auth.login import Client
from app.auth.request_context import current_request
from app.auth.wiring import Auth

USER_AGENT_LENGTH = 255  # characters; the rest is cut off
NOT_STARTED = (
    "The application has not started: use `with TestClient(app)` in a test, and"
    " `async with app.router.lifespan_context(app)` in the lifespan of an app that mounts it."
)


def auth_lifespan(
    build: Callable[[], Auth],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return a lifespan for a router. Each start of the application builds `app.state.auth`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        outer = getattr(app.state, "auth", None)  # a test may start an application that is running
        auth = build()
        app.state.auth = auth
        try:
            yield
        finally:
            app.state.auth = outer
            auth.close()
            # {% if concurrency == "async" %}
            await auth.limits.close()
            # {% else %}
            #| auth.limits.close()
            # {% endif %}

    return lifespan


def get_auth(request: HTTPConnection) -> Auth:
    """Return `app.state.auth`. Raise RuntimeError if the application has not started."""
    auth: Auth | None = getattr(request.app.state, "auth", None)
    if auth is None:
        raise RuntimeError(NOT_STARTED)
    return auth


def get_client(request: HTTPConnection) -> Client:
    """Return the address and user agent that a session stores."""
    user_agent = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return Client(ip=current_request.get().ip, user_agent=user_agent or None)


# {% endcall %}
