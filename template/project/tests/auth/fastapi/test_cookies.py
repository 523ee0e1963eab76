# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""How cookies are set and deleted (SEC-61 to SEC-66)."""

import pytest
from httpx2 import AsyncClient, Response

from app.auth import PasswordContext
from app.main import create_app
from app.settings import Settings
from tests.conftest import Account, MovableClock
from tests.serving import serve
from tests.steps import code_of, log_in, refresh, register, tokens_of, with_settings

ACCESS = "__Host-access_token"
REFRESH = "__Host-refresh_token"
MINUTES_15 = 15 * 60
DAYS_7 = 7 * 24 * 60 * 60


def cookies_of(response: Response) -> dict[str, set[str]]:
    """Return the attributes of each cookie by its name; fail if there are two of one name."""
    sent = response.headers.get_list("Set-Cookie")
    parts = [cookie.split("; ") for cookie in sent]
    found = {pair.partition("=")[0]: set(attributes) for pair, *attributes in parts}
    assert len(found) == len(sent)
    return found


def attributes(max_age: int, *more: str, same_site: str = "lax") -> set[str]:
    return {"HttpOnly", "Path=/", f"SameSite={same_site}", f"Max-Age={max_age}", *more}


async def log_in_with_cookies(client: AsyncClient, account: Account) -> Response:
    body = {"username_or_email": account.username, "password": account.password}
    return await client.post("/auth/login", json=body)


async def test_login_sets_both_cookies(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure"),
        REFRESH: attributes(DAYS_7, "Secure"),
    }


async def test_cookies_are_small_enough_for_browsers(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    sizes = [len(cookie) for cookie in response.headers.get_list("Set-Cookie")]
    assert max(sizes) < 4096


async def test_refresh_sets_both_cookies_anew(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    headers = {"Cookie": f"{REFRESH}={tokens.refresh}"}
    response = await client.post("/auth/refresh", headers=headers)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure"),
        REFRESH: attributes(DAYS_7, "Secure"),
    }


async def test_cookie_ends_with_its_session(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    """Thirty days after the login, so that the last cookies live for less than a week."""
    tokens = await log_in(client, user)
    newest = tokens.refresh
    for _ in range(4):
        clock.move(days=6)
        response = await refresh(client, newest)
        newest = tokens_of(response).refresh
    clock.move(days=5)
    client.cookies.clear()

    response = await client.post("/auth/refresh", headers={"Cookie": f"{REFRESH}={newest}"})

    assert cookies_of(response)[REFRESH] == attributes(24 * 60 * 60, "Secure")


async def test_logout_deletes_with_the_same_attributes(client: AsyncClient, user: Account) -> None:
    """Browsers keep a cookie if they differ (SEC-66)."""
    await log_in_with_cookies(client, user)

    response = await client.post("/auth/logout")

    assert cookies_of(response) == {
        ACCESS: attributes(0, "Secure"),
        REFRESH: attributes(0, "Secure"),
    }
    assert not client.cookies


async def test_ended_session_deletes_both_cookies(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    await log_in_with_cookies(client, user)
    await client.delete("/auth/sessions")
    client.cookies.clear()

    headers = {"Cookie": f"{ACCESS}={tokens.access}"}
    response = await client.get("/auth/me", headers=headers)

    assert code_of(response) == (401, "session_ended")
    assert cookies_of(response) == {
        ACCESS: attributes(0, "Secure"),
        REFRESH: attributes(0, "Secure"),
    }


@with_settings(cookie_samesite="strict")
async def test_cookies_may_be_stricter(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure", same_site="strict"),
        REFRESH: attributes(DAYS_7, "Secure", same_site="strict"),
    }


@with_settings(
    cookie_name_access="sid",
    cookie_name_refresh="__Secure-rid",
    cookie_max_age_access=60,
    cookie_max_age_refresh=3600,
)
async def test_names_and_ages_are_settings(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    me = await client.get("/auth/me")
    assert me.status_code == 200
    assert cookies_of(response) == {
        "__Host-sid": attributes(60, "Secure"),
        "__Secure-rid": attributes(3600, "Secure"),
    }


@pytest.mark.usefixtures("database")
async def test_cookies_of_plain_http_have_plain_names(
    settings: Settings,
    password_context: PasswordContext,
) -> None:
    """As on a developer's machine; production insists on HTTPS."""
    auth = settings.auth.model_copy(update={"cookie_secure": False})
    changed = settings.model_copy(update={"environment": "development", "auth": auth})
    app = create_app(changed, password_context=password_context)

    async with serve(app) as client:
        account = await register(client)
        response = await log_in_with_cookies(client, account)
        me = await client.get("/auth/me")

    assert me.status_code == 200
    assert cookies_of(response) == {
        "access_token": attributes(MINUTES_15),
        "refresh_token": attributes(DAYS_7),
    }


# {% endcall %}
