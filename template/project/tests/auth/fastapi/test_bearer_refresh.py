# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Refresh tokens in request bodies."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.steps import AUTH, Account, log_in, refresh


async def test_refresh_answers_new_tokens(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await refresh(client, tokens.refresh)

    body = response.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    assert {body["access_token"], body["refresh_token"]}.isdisjoint((tokens.access, tokens.refresh))


async def test_refresh_token_in_the_header_does_not_refresh(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    headers = {"Authorization": f"Bearer {tokens.refresh}"}

    response = await client.post(f"{AUTH}/refresh", headers=headers)

    # {% if transport == "both" %}
    assert response.status_code == 401
    # {% else %}
    #| assert response.status_code == 422
    # {% endif %}


@pytest.mark.parametrize("body", [{}, [], "token", {"refresh_token": None}, {"token": "x"}])
async def test_body_without_a_refresh_token_is_refused(client: AsyncClient, body: Any) -> None:
    response = await client.post(f"{AUTH}/refresh", json=body)

    assert response.status_code == 422


# {% endcall %}
