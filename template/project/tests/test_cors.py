# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Pages of other origins may read responses only if the settings name the origin (SEC-75)."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.auth.settings import AuthSettings
from tests.conftest import SECRET_KEY
from tests.steps import (
    AUTH,
    code_of,
    with_app_settings,
    # {% if transport == "both" %}
    with_settings,
    # {% endif %}
)

ORIGIN = "https://front.example"
OTHERS = [
    "https://evil.example",
    "http://front.example",
    "https://front.example:8443",
    "https://www.front.example",
    "https://front.example.evil.example",
    "https://front.example/",
    "HTTPS://FRONT.EXAMPLE",
    "null",
    "*",
]
HEADERS = {
    "Accept",
    "Accept-Language",
    # {% if transport != "cookie" %}
    "Authorization",
    # {% endif %}
    "Content-Language",
    "Content-Type",
}
PERMISSION = "Access-Control-Allow-Origin"


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"cors_origins": ORIGIN}


@pytest.fixture
def auth_settings() -> AuthSettings:
    values = {
        "secret_key": SECRET_KEY,
        # {% if transport != "header" %}
        "trusted_origins": ORIGIN,
        # {% endif %}
    }
    return AuthSettings.model_validate(values)


async def ask_first(client: AsyncClient, origin: str, **changes: str) -> Response:
    """Send the preflight request of a browser."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": changes.get("method", "POST"),
        "Access-Control-Request-Headers": changes.get("headers", "content-type"),
    }
    return await client.options(f"{AUTH}/login", headers=headers)


@with_app_settings()
async def test_no_origin_is_permitted_by_default(client: AsyncClient) -> None:
    simple = await client.get("/health", headers={"Origin": ORIGIN})
    asked = await ask_first(client, ORIGIN)

    assert code_of(asked) == (405, "method_not_allowed")
    assert (PERMISSION in simple.headers, PERMISSION in asked.headers) == (False, False)


async def test_named_origin_is_permitted(client: AsyncClient) -> None:
    asked = await ask_first(client, ORIGIN)
    response = await client.get("/health", headers={"Origin": ORIGIN})

    assert asked.status_code == 200
    assert (asked.headers[PERMISSION], response.headers[PERMISSION]) == (ORIGIN, ORIGIN)
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("origin", OTHERS)
async def test_other_origin_is_not_permitted(client: AsyncClient, origin: str) -> None:
    asked = await ask_first(client, origin)
    response = await client.get("/health", headers={"Origin": origin})

    assert asked.status_code == 400
    assert (PERMISSION in asked.headers, PERMISSION in response.headers) == (False, False)


async def test_permissions_are_these_and_no_others(client: AsyncClient) -> None:
    """What the framework always permits is in the list of headers as well."""
    asked = await ask_first(client, ORIGIN)

    permitted = {
        name: set(asked.headers[name].split(", "))
        for name in ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers")
    }
    assert permitted == {
        "Access-Control-Allow-Methods": {"DELETE", "GET", "PATCH", "POST", "PUT"},
        "Access-Control-Allow-Headers": HEADERS,
    }


@pytest.mark.parametrize("header", ["x-requested-with", "x-forwarded-for", "range"])
async def test_odd_header_is_not_permitted(client: AsyncClient, header: str) -> None:
    asked = await ask_first(client, ORIGIN, headers=header)

    assert asked.status_code == 400


@with_app_settings(cors_origins=ORIGIN, cors_headers="traceparent, Sentry-Trace")
async def test_header_of_a_tracing_tool_is_permitted_by_setting(client: AsyncClient) -> None:
    named = await ask_first(client, ORIGIN, headers="content-type,sentry-trace,traceparent")
    other = await ask_first(client, ORIGIN, headers="baggage")

    assert (named.status_code, other.status_code) == (200, 400)


# {% if transport == "both" %}
@with_settings(accept_cookie=False)
async def test_credentials_do_not_travel_if_cookies_are_not_accepted(client: AsyncClient) -> None:
    asked = await ask_first(client, ORIGIN)
    response = await client.get("/health", headers={"Origin": ORIGIN})

    permitted = [each.headers.get("Access-Control-Allow-Credentials") for each in (asked, response)]
    assert (asked.status_code, permitted) == (200, [None, None])


# {% endif %}
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "NONSENSE"])
async def test_odd_method_is_not_permitted(client: AsyncClient, method: str) -> None:
    asked = await ask_first(client, ORIGIN, method=method)

    assert asked.status_code == 400


async def test_authorization_header_is_permitted_if_it_is_accepted(client: AsyncClient) -> None:
    asked = await ask_first(client, ORIGIN, headers="authorization")

    # {% if transport == "cookie" %}
    #| assert asked.status_code == 400
    # {% else %}
    assert asked.status_code == 200
    # {% endif %}


async def test_credentials_are_allowed_only_if_browsers_add_them(client: AsyncClient) -> None:
    """With credentials, a page reads everything that the visitor may read."""
    asked = await ask_first(client, ORIGIN)

    # {% if transport == "header" %}
    #| assert "Access-Control-Allow-Credentials" not in asked.headers
    # {% else %}
    assert asked.headers["Access-Control-Allow-Credentials"] == "true"
    # {% endif %}


async def test_errors_can_be_read_too(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/broken")
    async def fail() -> None:
        raise ZeroDivisionError

    headers = {"Origin": ORIGIN}
    responses = {
        401: await client.get(f"{AUTH}/me", headers=headers),
        404: await client.get("/nowhere", headers=headers),
        413: await client.post(f"{AUTH}/login", headers=headers, content=b"x" * 100_000),
        422: await client.post(f"{AUTH}/login", headers=headers, json={}),
        500: await client.get("/broken", headers=headers),
    }

    statuses = [response.status_code for response in responses.values()]
    permitted = {response.headers[PERMISSION] for response in responses.values()}
    assert (statuses, permitted) == (list(responses), {ORIGIN})


async def test_page_may_read_the_headers_of_errors(client: AsyncClient) -> None:
    response = await client.get(f"{AUTH}/me", headers={"Origin": ORIGIN})

    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert set(exposed) == {"Retry-After", "WWW-Authenticate", "X-Request-ID"}


async def test_preflight_responses_have_the_usual_headers(client: AsyncClient) -> None:
    asked = await ask_first(client, ORIGIN)

    assert asked.headers["X-Content-Type-Options"] == "nosniff"
    assert len(asked.headers["X-Request-ID"]) == 32


# {% endcall %}
