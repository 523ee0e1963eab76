# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Pages of other sites can neither change nor learn anything with the cookies (SEC-68)."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from app.dependencies import CurrentUser
from app.models import AuthSession, User
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credentials,
    log_in,
    registration,
    rows_of,
)

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

# What a foreign page is answered, by method.
METHODS = {
    **dict.fromkeys(["GET", "HEAD", "OPTIONS"], 200),
    **dict.fromkeys(["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"], 403),
}


async def test_login_of_another_page_sets_no_cookies(client: AsyncClient, user: Account) -> None:
    """Otherwise the victim would use the attacker's account (SEC-70)."""
    response = await client.post(f"{AUTH}/login", json=credentials(user), headers=FOREIGN)

    assert code_of(response) == (403, "cross_site_request")
    assert "Set-Cookie" not in response.headers


async def test_registration_of_another_page_stores_no_user(
    client: AsyncClient,
    database: Database,
) -> None:
    response = await client.post(f"{AUTH}/register", json=registration(Account()), headers=FOREIGN)

    users = await rows_of(database, User)
    assert (code_of(response), users) == ((403, "cross_site_request"), [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{AUTH}/refresh"),
        ("POST", f"{AUTH}/logout"),
        ("DELETE", f"{AUTH}/sessions"),
        ("DELETE", f"{AUTH}/sessions/CURRENT"),
    ],
)
async def test_other_pages_cannot_use_the_cookies(
    client: AsyncClient,
    database: Database,
    user: Account,
    method: str,
    path: str,
) -> None:
    await log_in(client, user)
    tokens = await log_in(client, user)
    before = await states_of_sessions(database)
    cookies = f"__Host-access_token={tokens.access}; __Host-refresh_token={tokens.refresh}"
    address = path.replace("CURRENT", before[-1][0])

    headers = FOREIGN | {"Cookie": cookies}
    response = await client.request(method, address, headers=headers)

    after = await states_of_sessions(database)
    assert code_of(response) == (403, "cross_site_request")
    assert "Set-Cookie" not in response.headers
    assert after == before


async def test_other_pages_cannot_send_a_malformed_cookie(client: AsyncClient) -> None:
    headers = FOREIGN | {"Cookie": "__Host-refresh_token=x; __Host-refresh_token=y"}

    response = await client.post(f"{AUTH}/logout", headers=headers)

    assert code_of(response) == (403, "cross_site_request")
    assert "Set-Cookie" not in response.headers


async def states_of_sessions(database: Database) -> list[tuple[str, int, bool]]:
    sessions = await rows_of(database, AuthSession)
    return [(each.id, each.generation, each.revoked_at is None) for each in sessions]


@pytest.mark.parametrize("path", [f"{AUTH}/me", f"{AUTH}/sessions"])
async def test_other_pages_may_send_reads(
    client: AsyncClient,
    user: Account,
    path: str,
) -> None:
    """Without CORS the other page cannot read the response."""
    tokens = await log_in(client, user)

    headers = FOREIGN | {"Cookie": f"__Host-access_token={tokens.access}"}
    response = await client.get(path, headers=headers)

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_your_own_routes_are_protected_too(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    @app.post("/orders")
    async def order(user: CurrentUser) -> str:
        return user.email

    tokens = await log_in(client, user)
    headers = {"Cookie": f"__Host-access_token={tokens.access}"}

    own = await client.post("/orders", headers=headers)
    foreign = await client.post("/orders", headers=headers | FOREIGN)

    assert (own.status_code, own.json()) == (200, user.email)
    assert code_of(foreign) == (403, "cross_site_request")


async def test_only_methods_that_change_nothing_are_safe(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    @app.api_route("/probe", methods=list(METHODS))
    async def probe(user: CurrentUser) -> None:
        pass

    tokens = await log_in(client, user)
    headers = FOREIGN | {"Cookie": f"__Host-access_token={tokens.access}"}

    statuses = {}
    for method in METHODS:
        response = await client.request(method, "/probe", headers=headers)
        statuses[method] = response.status_code

    assert statuses == METHODS


# {% endcall %}
