# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Cookie attributes (SEC-61 to SEC-66)."""

import pytest
from httpx2 import AsyncClient, Response

from app.auth.hashing import PasswordContext
from app.auth.mail.outbox import Mailing
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credentials,
    log_in,
    refresh,
    register,
    tokens_of,
    with_settings,
)

ACCESS = "__Host-access_token"
REFRESH = "__Host-refresh_token"
DEVICE = "__Host-device_token"
MINUTES_15 = 15 * 60
DAYS_7 = 7 * 24 * 60 * 60
DAYS_400 = 400 * 24 * 60 * 60


def cookies_of(response: Response) -> dict[str, set[str]]:
    """Return the attributes of each cookie by its name. Fail if a name occurs twice."""
    sent = response.headers.get_list("Set-Cookie")
    parts = [cookie.split("; ") for cookie in sent]
    found = {pair.partition("=")[0]: set(attributes) for pair, *attributes in parts}
    assert len(found) == len(sent)
    return found


def attributes(max_age: int, *more: str, same_site: str = "lax") -> set[str]:
    return {"HttpOnly", "Path=/", f"SameSite={same_site}", f"Max-Age={max_age}", *more}


async def log_in_with_cookies(client: AsyncClient, account: Account) -> Response:
    return await client.post(f"{AUTH}/login", json=credentials(account))


async def test_login_sets_three_cookies(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure"),
        REFRESH: attributes(DAYS_7, "Secure"),
        DEVICE: attributes(DAYS_400, "Secure"),
    }


# {% if transport == "both" %}
@with_settings(accept_header=False)
# {% endif %}
async def test_tokens_are_nowhere_else(client: AsyncClient, user: Account) -> None:
    """A script on the page reads bodies and all headers but Set-Cookie (SEC-62)."""
    login = await log_in_with_cookies(client, user)
    refreshed = await client.post(f"{AUTH}/refresh")

    tokens = [token for response in (login, refreshed) for token in response.cookies.values()]
    readable = [
        text
        for response in (login, refreshed)
        for name, text in [("body", response.text), *response.headers.multi_items()]
        if name.lower() != "set-cookie"
    ]
    assert len(set(tokens)) == 5
    assert [text for text in readable if any(token in text for token in tokens)] == []


async def test_cookies_are_small_enough_for_browsers(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    sizes = [len(cookie) for cookie in response.headers.get_list("Set-Cookie")]
    assert max(sizes) < 4096


async def test_refresh_sets_both_cookies_again(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    headers = {"Cookie": f"{REFRESH}={tokens.refresh}"}
    response = await client.post(f"{AUTH}/refresh", headers=headers)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure"),
        REFRESH: attributes(DAYS_7, "Secure"),
    }


async def test_cookie_ends_with_its_session(
    client: AsyncClient,
    clock: MovableClock,
    user: Account,
) -> None:
    """The session ends 30 days after the login, so the last cookies live less than a week."""
    tokens = await log_in(client, user)
    newest = tokens.refresh
    for _ in range(4):
        clock.move(days=6)
        response = await refresh(client, newest)
        newest = tokens_of(response).refresh
    clock.move(days=5)
    client.cookies.clear()

    response = await client.post(f"{AUTH}/refresh", headers={"Cookie": f"{REFRESH}={newest}"})

    assert cookies_of(response)[REFRESH] == attributes(24 * 60 * 60, "Secure")


async def test_logout_deletes_with_the_same_attributes(client: AsyncClient, user: Account) -> None:
    """Browsers keep a cookie if the attributes differ (SEC-66). The device cookie stays."""
    await log_in_with_cookies(client, user)

    response = await client.post(f"{AUTH}/logout")

    sent = response.headers.get_list("Set-Cookie")
    assert cookies_of(response) == {
        ACCESS: attributes(0, "Secure"),
        REFRESH: attributes(0, "Secure"),
    }
    assert [cookie.partition(";")[0] for cookie in sent] == [f'{ACCESS}=""', f'{REFRESH}=""']
    assert [*client.cookies] == [DEVICE]


async def test_ended_session_deletes_both_cookies(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    await log_in_with_cookies(client, user)
    await client.delete(f"{AUTH}/sessions")
    client.cookies.clear()

    headers = {"Cookie": f"{ACCESS}={tokens.access}"}
    response = await client.get(f"{AUTH}/me", headers=headers)

    assert code_of(response) == (401, "session_ended")
    assert cookies_of(response) == {
        ACCESS: attributes(0, "Secure"),
        REFRESH: attributes(0, "Secure"),
    }


@with_settings(cookie_samesite="strict")
async def test_samesite_is_a_setting(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    assert cookies_of(response) == {
        ACCESS: attributes(MINUTES_15, "Secure", same_site="strict"),
        REFRESH: attributes(DAYS_7, "Secure", same_site="strict"),
        DEVICE: attributes(DAYS_400, "Secure", same_site="strict"),
    }


@with_settings(
    cookie_name_access="sid",
    cookie_name_refresh="__Secure-rid",
    cookie_name_device="did",
    cookie_max_age_access=60,
    cookie_max_age_refresh=3600,
)
async def test_names_and_ages_are_settings(client: AsyncClient, user: Account) -> None:
    response = await log_in_with_cookies(client, user)

    me = await client.get(f"{AUTH}/me")
    assert me.status_code == 200
    assert cookies_of(response) == {
        "__Host-sid": attributes(60, "Secure"),
        "__Secure-rid": attributes(3600, "Secure"),
        "__Host-did": attributes(DAYS_400, "Secure"),
    }


@pytest.mark.usefixtures("database")
async def test_cookies_of_plain_http_have_plain_names(
    settings: Settings,
    password_context: PasswordContext,
) -> None:
    """For development. Production requires HTTPS."""
    auth = settings.auth.model_copy(update={"cookie_secure": False})
    changed = settings.model_copy(update={"environment": "development", "auth": auth})
    app = create_app(changed, password_context=password_context, mailing=Mailing())

    async with serve(app) as client:
        account = await register(client)
        response = await log_in_with_cookies(client, account)
        me = await client.get(f"{AUTH}/me")

    assert me.status_code == 200
    assert cookies_of(response) == {
        "access_token": attributes(MINUTES_15),
        "refresh_token": attributes(DAYS_7),
        "device_token": attributes(DAYS_400),
    }


# {% endcall %}
