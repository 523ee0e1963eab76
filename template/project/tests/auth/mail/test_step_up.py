# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A stolen session cannot change an account: that needs the password, or a recent login."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.database import Database
from app.dependencies import RecentUser
from app.models import AuthSession
from tests.auth.mail.steps import NEW_EMAIL, NEW_PASSWORD
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.serving import connect, serve
from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    change_user,
    code_of,
    credential,
    credentials,
    drop_credentials,
    log_in,
    refresh,
    rows_of,
    tokens_of,
    with_settings,
)

SECRET_RECIPE = "/recipe"  # a route of a team that needs a recent login
# Routes that change an account, and their bodies for an account without a password.
SENSITIVE: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", f"{AUTH}/password"): {"new_password": NEW_PASSWORD},
    ("POST", f"{AUTH}/email"): {"new_email": NEW_EMAIL},
    ("DELETE", f"{AUTH}/me"): {},
}
ACCEPTED = {f"{AUTH}/password": SIGNED_IN, f"{AUTH}/email": 202, f"{AUTH}/me": 204}


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    async def recipe(user: RecentUser) -> str:
        return user.email

    app.add_api_route(SECRET_RECIPE, recipe)
    async with serve(app) as client:
        yield client


async def reauthenticate(client: AsyncClient, password: str) -> Response:
    return await client.post(f"{AUTH}/reauthenticate", json={"password": password})


@pytest.mark.parametrize(("seconds", "status"), [(15 * 60, 200), (15 * 60 + 1, 403)])
async def test_login_is_recent_for_a_quarter_of_an_hour(
    signed_in_client: AsyncClient,
    user: Account,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    """SEC-115."""
    tokens = await log_in(signed_in_client, user)
    clock.move(seconds=seconds)
    fresh = tokens_of(await refresh(signed_in_client, tokens.refresh))

    response = await signed_in_client.get(SECRET_RECIPE, headers=credential(fresh.access))

    assert response.status_code == status
    if status == 403:
        assert code_of(response) == (403, "recent_login_required")


async def test_recent_login_needs_a_login(client: AsyncClient) -> None:
    assert code_of(await client.get(SECRET_RECIPE)) == (401, "not_authenticated")


@with_settings(access_minutes=120)
async def test_password_makes_the_login_recent_in_a_new_session(
    client: AsyncClient,
    user: Account,
    clock: MovableClock,
    database: Database,
) -> None:
    """SEC-116."""
    old = await log_in(client, user)
    clock.move(minutes=16)

    response = await client.post(
        f"{AUTH}/reauthenticate",
        json={"password": user.password},
        headers=credential(old.access),
    )
    drop_credentials(client)
    new = tokens_of(response)

    ended = await client.get(SECRET_RECIPE, headers=credential(old.access))
    fresh = await client.get(SECRET_RECIPE, headers=credential(new.access))
    assert (ended.status_code, fresh.status_code) == (401, 200)
    ended = await refresh(client, old.refresh)
    fresh = await refresh(client, new.refresh)
    assert (ended.status_code, fresh.status_code) == (401, SIGNED_IN)
    reasons = [session.revoked_reason for session in await rows_of(database, AuthSession)]
    assert sorted(reasons, key=str) == [None, "reauthenticated"]


async def test_wrong_password_changes_nothing(
    signed_in_client: AsyncClient,
    user: Account,
    database: Database,
) -> None:
    response = await reauthenticate(signed_in_client, "a wrong passphrase")

    assert code_of(response) == (403, "wrong_password")
    assert [session.revoked_at for session in await rows_of(database, AuthSession)] == [None]


async def test_guesses_count_with_those_of_other_routes(
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    """SEC-118: a stolen session has one count for all routes that ask for the password."""
    wrong = "a wrong passphrase"
    for _ in range(2):
        await reauthenticate(signed_in_client, wrong)
    for _ in range(3):
        body = {"current_password": wrong, "new_password": NEW_PASSWORD}
        await signed_in_client.post(f"{AUTH}/password", json=body)

    response = await reauthenticate(signed_in_client, user.password)

    assert code_of(response) == (429, "login_throttled")


async def test_strangers_cannot_keep_the_owner_out(
    app: FastAPI,
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    async with connect(app, "192.0.2.99") as stranger:
        wrong = Account(password="a wrong passphrase")
        for _ in range(6):
            await stranger.post(f"{AUTH}/login", json=credentials(wrong))

    response = await reauthenticate(signed_in_client, user.password)

    assert response.status_code == SIGNED_IN


@pytest.mark.parametrize(("route", "body"), SENSITIVE.items(), ids=map(str, SENSITIVE))
async def test_account_without_a_password_needs_a_recent_login(
    client: AsyncClient,
    user: Account,
    clock: MovableClock,
    database: Database,
    route: tuple[str, str],
    body: dict[str, Any],
) -> None:
    """SEC-110."""
    method, path = route
    tokens = await log_in(client, user)
    await change_user(database, user, password_hash="!")
    clock.move(minutes=14)
    fresh = tokens_of(await refresh(client, tokens.refresh))
    drop_credentials(client)
    clock.move(minutes=2)

    late = await client.request(method, path, json=body, headers=credential(fresh.access))
    clock.move(minutes=-2)
    recent = await client.request(method, path, json=body, headers=credential(fresh.access))

    assert code_of(late) == (403, "recent_login_required")
    assert recent.status_code == ACCEPTED[path]


@pytest.mark.parametrize(("route", "body"), SENSITIVE.items(), ids=map(str, SENSITIVE))
async def test_account_with_a_password_needs_it(
    signed_in_client: AsyncClient,
    user: Account,
    route: tuple[str, str],
    body: dict[str, Any],
) -> None:
    """SEC-110: a recent login is not enough."""
    response = await signed_in_client.request(*route, json=body)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "current_password"]


@pytest.mark.parametrize(("route", "body"), SENSITIVE.items(), ids=map(str, SENSITIVE))
async def test_no_password_fits_an_account_without_one(
    signed_in_client: AsyncClient,
    user: Account,
    database: Database,
    route: tuple[str, str],
    body: dict[str, Any],
) -> None:
    await change_user(database, user, password_hash="!")

    response = await signed_in_client.request(*route, json=body | {"current_password": "!"})

    assert code_of(response) == (403, "wrong_password")


async def test_every_route_that_changes_an_account_is_tested(app: FastAPI) -> None:
    """SEC-110: add new ones to SENSITIVE, or to the routes that need no step-up."""
    harmless = {
        *(("POST", f"{AUTH}/{name}") for name in ("login", "logout", "refresh", "register")),
        # {% if transport != "cookie" %}
        ("POST", f"{AUTH}/token"),
        # {% endif %}
        # Proved by a token of a mail, or only sending one to the address that is stored.
        *(("POST", f"{AUTH}/password/{name}") for name in ("forgotten", "reset")),
        *(("POST", f"{AUTH}/email/{name}") for name in ("verification", "verify", "confirm")),
        ("POST", f"{AUTH}/reauthenticate"),
        # Ending sessions is the safe direction, and a username is no credential.
        ("DELETE", f"{AUTH}/sessions"),
        ("DELETE", AUTH + "/sessions/{session_id}"),
        ("PATCH", f"{AUTH}/me"),
        # {% if "totp" in features %}
        # They finish a login, or need a recent one and have their own tests.
        *(("POST", f"{AUTH}/login/{name}") for name in ("totp", "recovery-code")),
        *(("POST", f"{AUTH}/{name}") for name in ("totp", "totp/confirm", "recovery-codes")),
        ("DELETE", f"{AUTH}/totp"),
        # {% endif %}
    }

    changing = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path.startswith(AUTH) and method != "get"
    }

    assert changing == harmless | SENSITIVE.keys()


async def test_other_tokens_are_no_login(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-117."""
    login = await client.post(f"{AUTH}/login", json=credentials(user))
    # {% if transport == "cookie" %}
    #| device = login.cookies["__Host-device_token"]
    # {% else %}
    device = login.json()["device_token"]
    # {% endif %}
    others = [tokens_of(login).refresh, device, postbox.token_to(user.email)]
    drop_credentials(client)

    answers = [await client.get(SECRET_RECIPE, headers=credential(token)) for token in others]

    assert [code_of(answer) for answer in answers] == [(401, "invalid_token")] * 3


async def test_session_shows_the_new_login(
    signed_in_client: AsyncClient,
    user: Account,
    clock: MovableClock,
) -> None:
    clock.move(minutes=5)
    tokens = tokens_of(await reauthenticate(signed_in_client, user.password))
    drop_credentials(signed_in_client)

    response = await signed_in_client.get(f"{AUTH}/sessions", headers=credential(tokens.access))

    [session] = response.json()
    assert (session["methods"], session["current"]) == (["pwd"], True)
    assert session["authenticated_at"] == session["created_at"]


# {% endcall %}
