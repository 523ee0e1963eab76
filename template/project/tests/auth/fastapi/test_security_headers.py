# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Every response has the same security headers, and no unknown header (SEC-76)."""

from typing import Any

from fastapi import FastAPI
from fastapi import Response as OwnResponse
from fastapi.responses import HTMLResponse
from httpx2 import AsyncClient, Response

from tests.steps import (
    AUTH,
    Account,
    credential,
    credentials,
    log_in,
    registration,
    with_app_settings,
)

ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
SOMETIMES = {
    "allow",
    "content-length",
    "content-type",
    "retry-after",
    # {% if transport != "header" %}
    "set-cookie",
    # {% endif %}
    "www-authenticate",
    "x-request-id",
}


def security_headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name in ALWAYS}


def unknown_headers(response: Response) -> set[str]:
    return set(response.headers) - ALWAYS.keys() - SOMETIMES


async def test_every_route_sends_these_headers_and_no_others(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    """Whoever asks, and whether or not the body is right."""
    tokens = await log_in(client, user)
    bodies: list[dict[str, Any]] = [{}, {"json": credentials(user)}]

    responses = {
        (method, path, bool(headers), bool(body)): await client.request(
            method,
            path,
            headers=headers,
            **body,
        )
        for path, operations in app.openapi()["paths"].items()
        if path.startswith(AUTH)
        for method in [*operations, "options"]
        for headers in ({}, credential(tokens.access))
        for body in bodies
    }

    different = {
        name: response.headers
        for name, response in responses.items()
        if security_headers(response) != ALWAYS or unknown_headers(response)
    }
    assert len(responses) > 50
    assert different == {}


async def test_every_response_has_the_headers(client: AsyncClient) -> None:
    account = registration(Account())
    responses = {
        201: await client.post(f"{AUTH}/register", json=account),
        200: await client.get("/health"),
        204: await client.post(f"{AUTH}/logout"),
        401: await client.get(f"{AUTH}/me"),
        404: await client.get("/nowhere"),
        405: await client.get(f"{AUTH}/login"),
        409: await client.post(f"{AUTH}/register", json=account),
        413: await client.post(f"{AUTH}/login", content=b"x" * 100_000),
        422: await client.post(f"{AUTH}/login", json={}),
        431: await client.get("/health", headers={"X-A": "x" * 20_000}),
    }

    statuses = {expected: response.status_code for expected, response in responses.items()}
    headers = [security_headers(response) for response in responses.values()]
    unknown = [unknown_headers(response) for response in responses.values()]
    assert statuses == {status: status for status in responses}
    assert (headers, unknown) == ([ALWAYS] * 10, [set()] * 10)


async def test_production_requires_https_for_a_year(client: AsyncClient) -> None:
    """ASVS 3.4.1."""
    responses = [await client.get(path) for path in ("/health", f"{AUTH}/me", "/nowhere")]

    promised = [response.headers["Strict-Transport-Security"] for response in responses]
    assert promised == ["max-age=31536000"] * 3


@with_app_settings(environment="development")
async def test_development_does_not_require_https(client: AsyncClient) -> None:
    response = await client.get("/health")

    assert "Strict-Transport-Security" not in response.headers


@with_app_settings(hsts_seconds=0)
async def test_hsts_can_be_left_to_the_proxy(client: AsyncClient) -> None:
    response = await client.get("/health")

    assert "Strict-Transport-Security" not in response.headers


async def test_responses_have_a_content_type(client: AsyncClient) -> None:
    """ASVS 4.1.1. JSON has no charset parameter, as it is always UTF-8 (RFC 8259)."""
    responses = [
        await client.post(f"{AUTH}/register", json=registration(Account())),
        await client.post(f"{AUTH}/login", json={}),
        await client.get(f"{AUTH}/me"),
        await client.get("/nowhere"),
        await client.get(f"{AUTH}/login"),
        await client.post(f"{AUTH}/login", content=b"x" * 100_000),
    ]

    said = {response.headers["Content-Type"] for response in responses}
    assert said == {"application/json"}
    assert all(response.json() for response in responses)


async def test_tokens_stay_out_of_caches(client: AsyncClient, user: Account) -> None:
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    assert response.headers["Cache-Control"] == "no-store"


async def test_responses_about_the_user_stay_out_of_caches(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    headers = credential(tokens.access)
    paths = (f"{AUTH}/me", f"{AUTH}/sessions")

    responses = [await client.get(path, headers=headers) for path in paths]

    assert [response.headers["Cache-Control"] for response in responses] == ["no-store"] * 2


async def test_your_own_routes_may_be_cached(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/prices")
    async def prices(response: OwnResponse) -> list[int]:
        response.headers["Cache-Control"] = "max-age=60"
        return []

    response = await client.get("/prices")

    assert response.headers["Cache-Control"] == "max-age=60"


async def test_page_of_your_own_may_load_what_it_needs(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/page")
    async def page() -> HTMLResponse:
        return HTMLResponse("<script src=/x></script>")

    @app.get("/strict")
    async def strict() -> HTMLResponse:
        return HTMLResponse("", headers={"Content-Security-Policy": "default-src 'self'"})

    responses = [await client.get(path) for path in ("/page", "/strict")]

    assert [response.headers.get_list("Content-Security-Policy") for response in responses] == [
        ["base-uri 'none'; frame-ancestors 'none'; object-src 'none'"],
        ["default-src 'self'"],
    ]


# {% endcall %}
