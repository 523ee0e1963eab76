# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What a foreign page makes a browser send changes nothing (SEC-68 to SEC-70)."""

from dataclasses import asdict

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from app.dependencies import CurrentUser
from app.models import AuthSession, User
from tests.conftest import Account
from tests.steps import code_of, log_in, rows_of, with_settings

TRUSTED = "https://front.example"
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

ACCEPTED: dict[str, dict[str, str]] = {
    "not a browser": {},
    "same origin": {"Sec-Fetch-Site": "same-origin"},
    "same origin, named": {"Sec-Fetch-Site": "same-origin", "Origin": "https://testserver"},
    "typed by the user": {"Sec-Fetch-Site": "none"},
    "old browser, this host": {"Origin": "https://testserver"},
    "old browser, trusted": {"Origin": TRUSTED},
    "trusted site": {"Sec-Fetch-Site": "cross-site", "Origin": TRUSTED},
    "trusted sibling": {"Sec-Fetch-Site": "same-site", "Origin": TRUSTED},
}
REFUSED: dict[str, dict[str, str]] = {
    "another site": FOREIGN,
    "another site, unnamed": {"Sec-Fetch-Site": "cross-site"},
    "sibling, unnamed": {"Sec-Fetch-Site": "same-site"},
    "sibling subdomain": {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.testserver"},
    "unknown value": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "empty value": {"Sec-Fetch-Site": ""},
    "opaque origin": {"Origin": "null"},
    "opaque origin of another site": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "empty origin": {"Origin": ""},
    "old browser, another site": {"Origin": "https://evil.example"},
    "old browser, sibling": {"Origin": "https://evil.testserver"},
    "plain HTTP of this host": {"Origin": "http://testserver"},
    "plain HTTP of a trusted host": {"Origin": "http://front.example"},
    "another port": {"Origin": "https://testserver:8443"},
    "another port of a trusted host": {"Origin": f"{TRUSTED}:8443"},
    "begins like this host": {"Origin": "https://testserver.evil.example"},
    "ends like this host": {"Origin": "https://eviltestserver"},
    "begins like a trusted host": {"Origin": f"{TRUSTED}.evil.example"},
    "ends like a trusted host": {"Origin": "https://evilfront.example"},
    "trusted subdomain": {"Origin": "https://www.front.example"},
    "user in the address": {"Origin": f"{TRUSTED}@evil.example"},
    "path behind the origin": {"Origin": f"{TRUSTED}/"},
    "two origins": {"Origin": f"https://evil.example {TRUSTED}"},
    "trusted page in the referrer": {"Origin": "null", "Referer": f"{TRUSTED}/page"},
}


@with_settings(trusted_origins=[TRUSTED])
async def test_requests_of_our_own_pages_pass(client: AsyncClient, user: Account) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    responses = {
        name: await client.post("/auth/login", json=body, headers=headers)
        for name, headers in ACCEPTED.items()
    }

    assert [name for name, response in responses.items() if not response.is_success] == []


@with_settings(trusted_origins=[TRUSTED])
async def test_requests_of_other_pages_are_refused(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    body = {"username_or_email": user.username, "password": user.password}

    responses = {
        name: await client.post("/auth/login", json=body, headers=headers)
        for name, headers in REFUSED.items()
    }

    sessions = await rows_of(database, AuthSession)
    codes = {name: code_of(response) for name, response in responses.items()}
    assert codes == dict.fromkeys(REFUSED, (403, "cross_site_request"))
    assert sessions == []


async def test_login_of_another_page_sets_no_cookies(client: AsyncClient, user: Account) -> None:
    """The victim would act in the attacker's account (SEC-70)."""
    body = {"username_or_email": user.username, "password": user.password}

    response = await client.post("/auth/login", json=body, headers=FOREIGN)

    assert code_of(response) == (403, "cross_site_request")
    assert "Set-Cookie" not in response.headers


async def test_request_of_another_page_is_an_event(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.post("/auth/register", json=asdict(Account()), headers=FOREIGN)

    [event] = [record for record in caplog.records if record.name == "app.auth.events"]
    assert (event.message, event.levelname) == ("malicious_csrf", "WARNING")


async def test_registration_of_another_page_stores_nobody(
    client: AsyncClient,
    database: Database,
) -> None:
    response = await client.post("/auth/register", json=asdict(Account()), headers=FOREIGN)

    users = await rows_of(database, User)
    assert (code_of(response), users) == ((403, "cross_site_request"), [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/refresh"),
        ("POST", "/auth/logout"),
        ("DELETE", "/auth/sessions"),
        ("DELETE", "/auth/sessions/{current}"),
    ],
)
async def test_other_pages_can_not_use_the_cookies(
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
    address = path.replace("{current}", before[-1][0])

    headers = FOREIGN | {"Cookie": cookies}
    response = await client.request(method, address, headers=headers)

    after = await states_of_sessions(database)
    assert code_of(response) == (403, "cross_site_request")
    assert "Set-Cookie" not in response.headers
    assert after == before


async def states_of_sessions(database: Database) -> list[tuple[str, int, bool]]:
    sessions = await rows_of(database, AuthSession)
    return [(each.id, each.generation, each.revoked_at is None) for each in sessions]


@pytest.mark.parametrize("path", ["/auth/me", "/auth/sessions"])
async def test_reading_is_safe_from_anywhere(
    client: AsyncClient,
    user: Account,
    path: str,
) -> None:
    """Without CORS the other page does not see the answer."""
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
        return user.username

    tokens = await log_in(client, user)
    headers = {"Cookie": f"__Host-access_token={tokens.access}"}

    own = await client.post("/orders", headers=headers)
    foreign = await client.post("/orders", headers=headers | FOREIGN)

    assert (own.status_code, own.json()) == (200, "ann")
    assert code_of(foreign) == (403, "cross_site_request")


# {% endcall %}
