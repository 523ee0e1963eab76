# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Unexpected errors are logged. The response does not show the cause (SEC-80)."""

import logging
from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient

CAUSE = "SELECT zq7 FROM users -- /srv/app/secret.py"
LOGGER = "app.auth.fastapi.middleware"


class Broken(Exception):
    """An unexpected error."""


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application with a route that fails, and one that fails after half of its response."""

    @app.get("/broken")
    async def fail() -> None:
        raise Broken(CAUSE)

    async def halves() -> AsyncGenerator[bytes]:
        yield b"half of an answer"
        raise Broken(CAUSE)

    @app.get("/half")
    async def fail_later() -> StreamingResponse:
        return StreamingResponse(halves())

    return app


async def test_response_does_not_show_the_cause(client: AsyncClient) -> None:
    response = await client.get("/broken")

    detail = response.json()["detail"]
    assert (response.status_code, detail["code"]) == (500, "internal_error")
    assert detail.keys() == {"code", "message", "request_id"}
    assert not [word for word in ("zq7", "srv", "Broken", "Traceback") if word in response.text]


async def test_failure_has_the_usual_headers(client: AsyncClient) -> None:
    response = await client.get("/broken")

    assert response.headers["X-Request-ID"] == response.json()["detail"]["request_id"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_failure_is_logged_once_with_its_id_and_cause(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = await client.get("/broken")

    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert response.headers["X-Request-ID"] in record.getMessage()
    assert CAUSE in caplog.text


async def test_next_request_is_served(client: AsyncClient) -> None:
    await client.get("/broken")

    response = await client.get("/health")

    assert response.status_code == 200


async def test_interrupted_response_is_not_completed(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The error reaches the server, which closes the connection."""
    with pytest.raises(Broken):
        await client.get("/half")

    assert [record for record in caplog.records if record.name == LOGGER] == []


# {% endcall %}
