# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""After too many attempts, a login gets 429 with the seconds to wait."""

from dataclasses import replace

from httpx2 import AsyncClient, Response

from tests.steps import (
    AUTH,
    Account,
    account_named,
    credentials,
    headers_of,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    with_settings,
)


async def last_of_six(client: AsyncClient, account: Account) -> Response:
    body = credentials(replace(account, password="a wrong guess"))
    for _ in range(5):
        response = await client.post(f"{AUTH}/login", json=body)
        assert response.status_code == 401
    return await client.post(f"{AUTH}/login", json=body)


async def test_answer_says_how_long_to_wait(client: AsyncClient, user: Account) -> None:
    response = await last_of_six(client, user)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert response.json()["detail"]["code"] == "login_throttled"


@with_settings(limit_login="1000/minute")
async def test_unknown_name_gets_the_same_response(client: AsyncClient, user: Account) -> None:
    known = await last_of_six(client, user)
    unknown = await last_of_six(client, account_named("nobody"))

    assert unknown.status_code == known.status_code
    assert unknown.content == known.content
    assert headers_of(unknown) == headers_of(known)


# {% if transport != "cookie" %}
async def test_token_endpoint_counts_too(client: AsyncClient, user: Account) -> None:
    await last_of_six(client, user)

    response = await client.post(f"{AUTH}/token", data=password_grant(user))

    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.json()["error"] == "temporarily_unavailable"


# {% endif %}
# {% endcall %}
