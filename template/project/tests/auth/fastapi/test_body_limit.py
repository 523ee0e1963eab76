# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Body size is limited, with and without a declared length (SEC-79)."""

import json
from collections.abc import AsyncGenerator
from typing import Annotated

import pytest
from fastapi import Body, FastAPI
from httpx2 import AsyncClient

from app.database import Database
from app.models import User
from tests.steps import AUTH, Account, code_of, registration, rows_of, with_app_settings

JSON = {"Content-Type": "application/json"}
LIMIT = 64 * 1024


def body_of(size: int) -> bytes:
    """Return a valid registration of this size in bytes."""
    body = json.dumps(registration(Account())).encode()
    return body.ljust(size)


async def in_pieces(body: bytes) -> AsyncGenerator[bytes]:
    """Yield a body in pieces, so that its length is not declared."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


async def test_largest_body_is_read(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/register", content=body_of(LIMIT), headers=JSON)

    assert response.status_code == 201


async def test_larger_body_is_refused(client: AsyncClient, database: Database) -> None:
    response = await client.post(f"{AUTH}/register", content=body_of(LIMIT + 1), headers=JSON)

    users = await rows_of(database, User)
    assert response.json() == {
        "detail": {
            "code": "body_too_large",
            "message": "The body is larger than this server accepts.",
        },
    }
    assert (response.status_code, users) == (413, [])


async def test_larger_body_in_pieces_is_refused(client: AsyncClient, database: Database) -> None:
    pieces = in_pieces(body_of(LIMIT + 1))

    response = await client.post(f"{AUTH}/register", content=pieces, headers=JSON)

    users = await rows_of(database, User)
    assert (code_of(response), users) == ((413, "body_too_large"), [])


# {% if transport != "cookie" %}
async def test_logout_reads_no_more_than_the_limit(client: AsyncClient) -> None:
    pieces = in_pieces(b" " * (LIMIT + 1))

    response = await client.post(f"{AUTH}/logout", content=pieces, headers=JSON)

    assert code_of(response) == (413, "body_too_large")


# {% endif %}
async def test_refusal_has_the_usual_headers(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/register", content=body_of(LIMIT + 1), headers=JSON)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/json"
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize("path", ["/health", "/nowhere", f"{AUTH}/logout"])
async def test_route_that_reads_no_body_has_the_limit_too(client: AsyncClient, path: str) -> None:
    response = await client.post(path, content=b"x" * (LIMIT + 1))

    assert code_of(response) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["-1", "many", "99999999999999999999"])
async def test_odd_length_does_not_cause_a_failure(client: AsyncClient, length: str) -> None:
    headers = JSON | {"Content-Length": length}

    response = await client.post(f"{AUTH}/login", content=b"{}", headers=headers)

    assert response.status_code in (413, 422)


@with_app_settings(max_body_bytes=2000)
async def test_limit_is_a_setting(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/register", content=body_of(2001), headers=JSON)

    assert code_of(response) == (413, "body_too_large")


async def test_route_of_your_own_may_read_more(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/pictures", max_body_size=2 * LIMIT)
    async def add_picture(picture: Annotated[str, Body()]) -> int:
        return len(picture)

    picture = b'"' + b"x" * LIMIT + b'"'

    read = await client.post("/pictures", content=picture, headers=JSON)
    refused = await client.post("/pictures", content=2 * picture, headers=JSON)

    assert (read.status_code, read.json()) == (200, LIMIT)
    assert code_of(refused) == (413, "body_too_large")


# {% endcall %}
