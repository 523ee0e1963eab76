# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Logins of unverified accounts, and from new devices."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from tests.auth.mail.steps import verify
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    change_user,
    code_of,
    credentials,
    drop_credentials,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    registration,
    with_settings,
)

VERIFIED_ONLY = with_settings(require_verified_email=True)
NOTIFIED = with_settings(notify_new_sign_in=True)
WRONG = Account(password="a wrong passphrase")
NOTICE = "A new device signed in"


@pytest.fixture
async def unverified(client: AsyncClient) -> Account:
    await client.post(f"{AUTH}/register", json=registration(Account()))
    return Account()


@VERIFIED_ONLY
async def test_unverified_account_is_refused_after_the_right_password_only(
    client: AsyncClient,
    unverified: Account,
) -> None:
    """SEC-114."""
    right = await client.post(f"{AUTH}/login", json=credentials(unverified))
    wrong = await client.post(f"{AUTH}/login", json=credentials(WRONG))

    assert code_of(right) == (403, "email_unverified")
    assert code_of(wrong) == (401, "invalid_credentials")
    # {% if transport != "header" %}
    assert "Set-Cookie" not in right.headers
    # {% endif %}


@VERIFIED_ONLY
async def test_right_password_of_an_unverified_account_is_no_guess(
    client: AsyncClient,
    unverified: Account,
) -> None:
    body = credentials(unverified)
    responses = [await client.post(f"{AUTH}/login", json=body) for _ in range(8)]

    assert {response.status_code for response in responses} == {403}


@VERIFIED_ONLY
async def test_verified_account_signs_in(
    client: AsyncClient,
    unverified: Account,
    postbox: Postbox,
) -> None:
    verified = await verify(client, postbox.token_to(unverified.email), unverified)

    response = await client.post(f"{AUTH}/login", json=credentials(unverified))

    assert (verified.status_code, response.status_code) == (204, SIGNED_IN)


# {% if transport != "cookie" %}
@VERIFIED_ONLY
async def test_token_endpoint_refuses_an_unverified_account(
    client: AsyncClient,
    unverified: Account,
) -> None:
    """SEC-114."""
    response = await client.post(f"{AUTH}/token", data=password_grant(unverified))

    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert response.json()["error_description"] == "Verify the e-mail of this account first."


# {% endif %}
async def test_unverified_account_signs_in_by_default(client: AsyncClient, user: Account) -> None:
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    assert response.status_code == SIGNED_IN


@NOTIFIED
async def test_login_from_a_new_device_is_mailed(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-105: the text has nothing that the client chose."""
    headers = {"User-Agent": "evil.example"}
    await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)

    assert postbox.subjects_to(user.email)[-1] == NOTICE
    assert "evil.example" not in postbox.texts_to(user.email)[-1]


@NOTIFIED
async def test_login_from_a_known_device_is_not_mailed(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    first = await client.post(f"{AUTH}/login", json=credentials(user))
    # {% if transport == "cookie" %}
    #| known = {"__Host-device_token": first.cookies["__Host-device_token"]}
    #| client.cookies.clear()
    #| headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in known.items())}
    #| await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
    # {% else %}
    drop_credentials(client)
    known = credentials(user) | {"device_token": first.json()["device_token"]}
    await client.post(f"{AUTH}/login", json=known)
    # {% endif %}

    assert postbox.subjects_to(user.email).count(NOTICE) == 1


async def test_logins_are_not_mailed_by_default(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    assert NOTICE not in postbox.subjects_to(user.email)


async def test_failed_login_is_not_mailed(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    await client.post(f"{AUTH}/login", json=credentials(WRONG))

    assert NOTICE not in postbox.subjects_to(user.email)


async def test_password_change_is_mailed(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-111."""
    body = {"current_password": user.password, "new_password": "another long passphrase"}
    await signed_in_client.post(f"{AUTH}/password", json=body)

    assert postbox.subjects_to(user.email)[-1] == "Your password has changed"


@VERIFIED_ONLY
async def test_session_that_was_open_before_cannot_be_renewed_by_the_password(
    client: AsyncClient,
    unverified: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    await change_user(database, unverified, email_verified_at=clock())
    login = await client.post(f"{AUTH}/login", json=credentials(unverified))
    await change_user(database, unverified, email_verified_at=None)
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": f"__Host-access_token={login.cookies['__Host-access_token']}"}
    # {% else %}
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    # {% endif %}
    drop_credentials(client)

    body = {"password": unverified.password}
    response = await client.post(f"{AUTH}/reauthenticate", json=body, headers=headers)

    assert code_of(response) == (403, "email_unverified")


# {% endcall %}
