# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Too many attempts are answered 429, with the seconds to wait."""

from httpx2 import AsyncClient, Response

from tests.conftest import Account
from tests.steps import headers_of, with_settings


async def last_of_six(client: AsyncClient, username: str) -> Response:
    body = {"username_or_email": username, "password": "a wrong guess"}
    for _ in range(5):
        response = await client.post("/auth/login", json=body)
        assert response.status_code == 401
    return await client.post("/auth/login", json=body)


async def test_answer_says_how_long_to_wait(client: AsyncClient, user: Account) -> None:
    response = await last_of_six(client, user.username)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert response.json()["detail"]["code"] == "login_throttled"


@with_settings(limit_login="1000/minute")
async def test_unknown_name_is_answered_alike(client: AsyncClient, user: Account) -> None:
    known = await last_of_six(client, user.username)
    unknown = await last_of_six(client, "nobody")

    assert unknown.status_code == known.status_code
    assert unknown.content == known.content
    assert headers_of(unknown) == headers_of(known)


# {% if transport != "cookie" %}
async def test_token_endpoint_counts_too(client: AsyncClient, user: Account) -> None:
    await last_of_six(client, user.username)
    form = {"grant_type": "password", "username": user.username, "password": user.password}

    response = await client.post("/auth/token", data=form)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.json()["error"] == "temporarily_unavailable"


# {% endif %}
# {% endcall %}
