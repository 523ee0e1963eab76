# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Answers stay out of caches, and nothing guesses their type (SEC-76)."""

from dataclasses import asdict

from fastapi import FastAPI, Response
from httpx2 import AsyncClient

from tests.conftest import Account
from tests.steps import credential, log_in, with_app_settings


async def test_every_answer_carries_the_headers(client: AsyncClient) -> None:
    account = asdict(Account())
    responses = {
        201: await client.post("/auth/register", json=account),
        200: await client.get("/health"),
        204: await client.post("/auth/logout"),
        401: await client.get("/auth/me"),
        404: await client.get("/nowhere"),
        405: await client.get("/auth/login"),
        409: await client.post("/auth/register", json=account),
        413: await client.post("/auth/login", content=b"x" * 100_000),
        422: await client.post("/auth/login", json={}),
    }

    statuses = {expected: response.status_code for expected, response in responses.items()}
    headers = {
        (response.headers["Cache-Control"], response.headers["X-Content-Type-Options"])
        for response in responses.values()
    }
    assert statuses == {status: status for status in responses}
    assert headers == {("no-store", "nosniff")}


async def test_production_is_https_for_a_year(client: AsyncClient) -> None:
    """ASVS 3.4.1."""
    responses = [await client.get(path) for path in ("/health", "/auth/me", "/nowhere")]

    promised = [response.headers["Strict-Transport-Security"] for response in responses]
    assert promised == ["max-age=31536000"] * 3


@with_app_settings(environment="development")
async def test_development_promises_no_https(client: AsyncClient) -> None:
    response = await client.get("/health")

    assert "Strict-Transport-Security" not in response.headers


@with_app_settings(hsts_seconds=0)
async def test_promise_of_https_can_be_left_to_the_proxy(client: AsyncClient) -> None:
    response = await client.get("/health")

    assert "Strict-Transport-Security" not in response.headers


async def test_answers_say_what_they_are(client: AsyncClient) -> None:
    """ASVS 4.1.1; JSON is always UTF-8, so that it names no character set (RFC 8259)."""
    responses = [
        await client.post("/auth/register", json=asdict(Account())),
        await client.post("/auth/login", json={}),
        await client.get("/auth/me"),
        await client.get("/nowhere"),
        await client.get("/auth/login"),
        await client.post("/auth/login", content=b"x" * 100_000),
    ]

    said = {response.headers["Content-Type"] for response in responses}
    assert said == {"application/json"}
    assert all(response.json() for response in responses)


async def test_tokens_stay_out_of_caches(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    response = await client.post("/auth/login", json=body)

    assert response.headers["Cache-Control"] == "no-store"


async def test_answers_about_the_user_stay_out_of_caches(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    headers = credential(tokens.access)

    responses = [await client.get(path, headers=headers) for path in ("/auth/me", "/auth/sessions")]

    assert [response.headers["Cache-Control"] for response in responses] == ["no-store"] * 2


async def test_your_own_routes_may_be_cached(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/prices")
    async def prices(response: Response) -> list[int]:
        response.headers["Cache-Control"] = "max-age=60"
        return []

    response = await client.get("/prices")

    assert response.headers["Cache-Control"] == "max-age=60"


# {% endcall %}
