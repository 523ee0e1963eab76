# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users change their username and delete their account."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthMail, AuthSession, User
from tests.auth.mail.steps import delete_account, forget, me, reset
from tests.postbox import Postbox
from tests.serving import race
from tests.steps import (
    AUTH,
    Account,
    account_named,
    change_user,
    code_of,
    credential,
    log_in,
    register,
    rows_of,
    sign_in,
)


async def rename(client: AsyncClient, username: str) -> tuple[int, str]:
    response = await client.patch(f"{AUTH}/me", json={"username": username})
    body = response.json()
    return response.status_code, body.get("username") or body["detail"]["code"]


async def test_username_changes(signed_in_client: AsyncClient, user: Account) -> None:
    answer = await rename(signed_in_client, " Other ")

    response = await me(signed_in_client)
    assert (answer, response.json()["username"]) == ((200, "Other"), "Other")
    await log_in(signed_in_client, Account(email="other", password=user.password))


async def test_taken_username_is_refused(
    signed_in_client: AsyncClient,
    other_client: AsyncClient,
) -> None:
    assert await rename(signed_in_client, "BOB") == (409, "username_taken")


@pytest.mark.parametrize("username", ["ab", "a@example.com", "with space", "\u0430nn"])
async def test_unusable_username_is_refused(
    signed_in_client: AsyncClient,
    username: str,
) -> None:
    response = await signed_in_client.patch(f"{AUTH}/me", json={"username": username})

    assert response.status_code == 422


async def test_nothing_else_can_be_changed(
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    body = {"username": "other", "is_superuser": True, "email": "x@example.com"}

    response = await signed_in_client.patch(f"{AUTH}/me", json=body)

    assert response.json()["is_superuser"] is False
    assert response.json()["email"] == user.email


async def test_deletion_removes_everything_and_is_confirmed_by_mail(
    signed_in_client: AsyncClient,
    user: Account,
    database: Database,
    postbox: Postbox,
) -> None:
    """SEC-111, SEC-112."""
    response = await delete_account(signed_in_client, user)

    assert (response.status_code, response.content) == (204, b"")
    assert await rows_of(database, User) == []
    assert await rows_of(database, AuthSession) == []
    assert [mail.kind for mail in await rows_of(database, AuthMail)] == ["account_deleted"]
    assert postbox.subjects_to(user.email)[-1] == "Your account is deleted"


async def test_tokens_of_a_deleted_account_are_dead_at_once(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-95, SEC-112."""
    kept = await log_in(client, user)
    await sign_in(client, user)
    await forget(client, user.email)
    token = postbox.token_to(user.email)

    await delete_account(client, user)

    response = await client.get(f"{AUTH}/me", headers=credential(kept.access))
    assert code_of(response) == (401, "session_ended")
    assert code_of(await reset(client, token)) == (401, "invalid_token")


# {% if transport != "header" %}
async def test_deletion_clears_the_cookies(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    headers = {"Cookie": f"__Host-access_token={tokens.access}"}

    response = await client.request(
        "DELETE",
        f"{AUTH}/me",
        json={"current_password": user.password},
        headers=headers,
    )

    cleared = response.headers.get_list("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cleared] == [
        "__Host-access_token",
        "__Host-refresh_token",
    ]
    assert all("Max-Age=0" in cookie for cookie in cleared)


# {% endif %}
async def test_wrong_password_deletes_nothing(
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    response = await delete_account(signed_in_client, Account(password="a wrong passphrase"))

    assert code_of(response) == (403, "wrong_password")
    response = await me(signed_in_client)
    assert response.status_code == 200


async def test_last_superuser_stays(superuser_client: AsyncClient, database: Database) -> None:
    """SEC-112."""
    disabled = await register(superuser_client, "disabled")
    await change_user(database, disabled, is_superuser=True, is_active=False)

    response = await delete_account(superuser_client, account_named("root"))

    assert code_of(response) == (409, "last_superuser")
    response = await me(superuser_client)
    assert response.status_code == 200


async def test_one_of_several_superusers_may_leave(
    superuser_client: AsyncClient,
    user: Account,
    database: Database,
) -> None:
    await change_user(database, user, is_superuser=True)

    response = await delete_account(superuser_client, account_named("root"))

    assert response.status_code == 204


async def test_superusers_who_leave_at_the_same_time_leave_one(
    client: AsyncClient,
    database: Database,
) -> None:
    """SEC-112."""
    accounts = [await register(client, name) for name in ("one", "two", "three")]
    sessions = [await log_in(client, account) for account in accounts]
    for account in accounts:
        await change_user(database, account, is_superuser=True)

    async def leave(number: int) -> int:
        response = await client.request(
            "DELETE",
            f"{AUTH}/me",
            json={"current_password": accounts[number].password},
            headers=credential(sessions[number].access),
        )
        return response.status_code

    statuses = await race(3, leave)

    assert sorted(statuses) == [204, 204, 409]
    assert [user.is_superuser for user in await rows_of(database, User)] == [True]


# {% endcall %}
