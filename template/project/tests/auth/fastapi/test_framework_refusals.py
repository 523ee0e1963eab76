# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Errors of the framework have the common form. Errors of your own routes are unchanged."""

import pytest
from fastapi import FastAPI, HTTPException
from httpx2 import AsyncClient

from tests.steps import AUTH, code_of

JSON = {"Content-Type": "application/json"}


async def test_unknown_path_is_not_found(client: AsyncClient) -> None:
    response = await client.get("/nowhere")

    assert response.json() == {
        "detail": {"code": "not_found", "message": "There is nothing here."},
    }
    assert response.status_code == 404


@pytest.mark.parametrize("path", [f"{AUTH}/me/", f"{AUTH}/sessions/", "/health/"])
async def test_slash_at_the_end_is_another_path(client: AsyncClient, path: str) -> None:
    """A redirect from `DELETE …/sessions/` without an ID would end all sessions."""
    responses = [await client.request(method, path) for method in ("GET", "DELETE")]

    assert [code_of(response) for response in responses] == [(404, "not_found")] * 2


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("path", ["/health", f"{AUTH}/me", f"{AUTH}/sessions", f"{AUTH}/login"])
async def test_other_method_is_not_allowed(client: AsyncClient, path: str, method: str) -> None:
    """SEC-81."""
    response = await client.request(method, path)

    assert code_of(response) == (405, "method_not_allowed")
    assert method not in response.headers["Allow"]


async def test_body_that_is_not_text_is_refused(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/login", content=b'{"password": "\xff"}', headers=JSON)

    assert code_of(response) == (400, "unreadable_body")


async def test_body_that_is_nested_too_deeply_is_refused(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/login", content=b"[" * 60_000, headers=JSON)

    assert code_of(response) == (400, "unreadable_body")


@pytest.mark.parametrize("detail", ["No such order.", {"order": 7}, ["a", "b"], None])
async def test_error_of_your_own_route_is_sent_unchanged(
    app: FastAPI,
    client: AsyncClient,
    detail: object,
) -> None:
    @app.get("/orders")
    async def orders() -> None:
        raise HTTPException(404, detail=detail, headers={"X-Order": "7"})

    response = await client.get("/orders")

    assert response.json() == {"detail": detail or "Not Found"}
    assert (response.status_code, response.headers["X-Order"]) == (404, "7")


# {% endcall %}
