# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An application that returns the address of its client."""

import sys

import pytest
from fastapi import FastAPI

from app.auth.request_context import current_request


@pytest.fixture
def no_proxy_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server was started so that it leaves X-Forwarded-For alone."""
    monkeypatch.setattr(sys, "argv", ["uvicorn", "app.asgi:app", "--no-proxy-headers"])


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application with a route that returns the client address."""

    @app.get("/who")
    async def who() -> str | None:
        return current_request.get().ip

    return app


# {% endcall %}
