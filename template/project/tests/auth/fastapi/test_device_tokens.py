# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login answers a device token, with which the next login counts apart from strangers."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient, Response

from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    code_of,
    credentials,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    tampered,
)

# {% if transport != "header" %}
DEVICE = "__Host-device_token"
# {% endif %}


@pytest.fixture
async def device(client: AsyncClient, user: Account) -> str:
    """The token of a device on which the user has signed in, and whose account is locked since."""
    response = await client.post(f"{AUTH}/login", json=credentials(user))
    # {% if transport == "cookie" %}
    #| token = response.cookies[DEVICE]
    # {% else %}
    token = str(response.json()["device_token"])
    # {% endif %}
    # {% if transport != "header" %}
    client.cookies.clear()
    # {% endif %}
    guess = credentials(replace(user, password="a wrong guess"))
    for _ in range(5):
        response = await client.post(f"{AUTH}/login", json=guess)
        assert response.status_code == 401
    return token


async def log_in_on(client: AsyncClient, user: Account, device: str) -> Response:
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": f"{DEVICE}={device}"}
    #| return await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
    # {% else %}
    body = credentials(user) | {"device_token": device}
    return await client.post(f"{AUTH}/login", json=body)
    # {% endif %}


async def test_known_device_signs_in_while_strangers_wait(
    client: AsyncClient,
    user: Account,
    device: str,
) -> None:
    stranger = await client.post(f"{AUTH}/login", json=credentials(user))
    known = await log_in_on(client, user, device)

    assert code_of(stranger) == (429, "login_throttled")
    assert known.status_code == SIGNED_IN


@pytest.mark.parametrize("forged", ["", "garbage", "tampered"])
async def test_forged_token_counts_as_none(
    client: AsyncClient,
    user: Account,
    device: str,
    forged: str,
) -> None:
    response = await log_in_on(client, user, tampered(device) if forged == "tampered" else forged)

    assert code_of(response) == (429, "login_throttled")


# {% if transport != "cookie" %}
async def test_token_endpoint_takes_a_device_token(
    client: AsyncClient,
    user: Account,
    device: str,
) -> None:
    form = password_grant(user)

    stranger = await client.post(f"{AUTH}/token", data=form)
    known = await client.post(f"{AUTH}/token", data=form | {"device_token": device})

    assert stranger.status_code == 429
    assert known.json()["device_token"] != device


async def test_refresh_answers_no_device_token(client: AsyncClient, user: Account) -> None:
    login = await client.post(f"{AUTH}/login", json=credentials(user))

    body = {"refresh_token": login.json()["refresh_token"]}
    response = await client.post(f"{AUTH}/refresh", json=body)

    assert response.status_code == 200
    assert "device_token" not in response.json()


# {% endif %}
# {% if transport != "header" %}
async def test_browser_sends_its_token_by_itself_even_after_a_logout(
    client: AsyncClient,
    user: Account,
    device: str,
) -> None:
    headers = {"Cookie": f"{DEVICE}={device}"}
    await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
    await client.post(f"{AUTH}/logout")

    again = await client.post(f"{AUTH}/login", json=credentials(user))

    assert again.status_code == SIGNED_IN


async def test_second_cookie_of_the_name_counts_as_none(
    client: AsyncClient,
    user: Account,
    device: str,
) -> None:
    """A sibling domain may have planted it, so neither is believed; the login itself goes on."""
    headers = {"Cookie": f"{DEVICE}={device}; {DEVICE}={device}"}

    response = await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)

    assert code_of(response) == (429, "login_throttled")


# {% endif %}
# {% endcall %}
