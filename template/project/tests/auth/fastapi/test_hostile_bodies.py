# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""No request body causes a server error, valid JSON or not (SEC-78)."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from tests.steps import AUTH

BODIES = {
    "nothing": b"",
    "white space": b" \t\r\n",
    "NUL": b"\x00",
    "escaped NUL": rb'"\u0000"',
    "escaped NUL in a name": rb'{"\u0000": "\u0000"}',
    "lone surrogate": rb'"\ud800"',
    "lone surrogate in a name": rb'{"\udfff": 1}',
    "surrogates in the wrong order": rb'"\ude00\ud83d"',
    "encoded surrogate": b'"\xed\xa0\x80"',
    "overlong encoding": b'"\xc0\xaf"',
    "cut sequence": b'"\xf0\x9f\xa6"',
    "no UTF-8": b"\xff\xfe",
    "UTF-16": '{"password": "x"}'.encode("utf-16"),
    "UTF-32": '{"password": "x"}'.encode("utf-32"),
    "byte order mark": b'\xef\xbb\xbf{"password": "x"}',
    "byte order mark alone": b"\xef\xbb\xbf",
    "not a number": b"NaN",
    "infinite": b"-Infinity",
    "huge exponent": b"1e999999999",
    "tiny exponent": b"1e-999999999",
    "60,000 digits": b"7" * 60_000,
    "minus zero": b"-0",
    "leading zero": b"007",
    "60,000 lists": b"[" * 60_000,
    "60,000 objects": b'{"a":' * 12_000,
    "30,000 closed lists": b"[" * 30_000 + b"]" * 30_000,
    "60,000 colons": b":" * 60_000,
    "boolean": b"true",
    "null": b"null",
    "number": b"7",
    "list of nulls": b"[null, null]",
    "object of objects": b'{"username": {"username": {}}, "password": [[]]}',
    "name twice": b'{"password": "a", "password": {"b": 1}}',
    "names of Python": b'{"__class__": "x", "__proto__": {}, "self": 1}',
    "comma at the end": b'{"password": "x",}',
    "single quotes": b"{'password': 'x'}",
    "comment": b'/* */ {"password": "x"}',
    "two values": b"{} {}",
    "form": b"username=%00&password=%ed%a0%80&refresh_token=%",
    "cut boundary": b"--x\r\nContent-Disposition: form-data; name=",
}
# Content types that a route parses, and those that none does.
PARSED = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
]
UNPARSED = [
    "application/problem+json; charset=utf-16",
    "multipart/form-data",
    "text/plain",
    "\u00e9;=",
]


def operations_with_a_body(app: FastAPI) -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return [
        (method, path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]


async def statuses(
    app: FastAPI,
    client: AsyncClient,
    content_type: str,
    bodies: dict[str, bytes],
) -> dict[tuple[str, str], int]:
    """Return the status of each body at each route that takes one."""
    headers = {b"Content-Type": content_type.encode("latin-1")}
    responses = {
        (path, name): await client.request(method, path, content=body, headers=headers)
        for method, path in operations_with_a_body(app)
        for name, body in bodies.items()
    }
    return {case: response.status_code for case, response in responses.items()}


def without_refusals(statuses: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Leave out refusals, and logouts, which ignore a body without a token."""
    return {
        (path, name): status
        for (path, name), status in statuses.items()
        if status // 100 != 4 and (path, status) != (f"{AUTH}/logout", 204)
    }


@pytest.mark.parametrize("content_type", PARSED)
async def test_hostile_body_is_refused(
    app: FastAPI,
    client: AsyncClient,
    content_type: str,
) -> None:
    answered = await statuses(app, client, content_type, BODIES)

    assert len(answered) >= 3 * len(BODIES)
    assert without_refusals(answered) == {}


@pytest.mark.parametrize("content_type", UNPARSED)
async def test_odd_content_type_is_refused(
    app: FastAPI,
    client: AsyncClient,
    content_type: str,
) -> None:
    bodies = {name: BODIES[name] for name in ("nothing", "name twice", "form", "cut boundary")}

    answered = await statuses(app, client, content_type, bodies)

    assert without_refusals(answered) == {}


# {% endcall %}
