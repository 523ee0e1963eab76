# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""If a request has a header and a cookie, only the header counts (SEC-73, SEC-74)."""

import pytest
from httpx2 import AsyncClient

from tests.steps import (
    AUTH,
    Account,
    Tokens,
    code_of,
    credentials,
    log_in,
    register,
)

# Routes that answer anybody, and send a mail.
MAIL = ("email/verification", "password/forgotten")

NOT_FOUND = (404, "not_found")


def header(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}


def cookie(tokens: Tokens) -> dict[str, str]:
    return {
        "Cookie": f"__Host-access_token={tokens.access}; __Host-refresh_token={tokens.refresh}",
    }


async def test_login_answers_tokens_and_cookies(client: AsyncClient, user: Account) -> None:
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    assert response.cookies["__Host-access_token"] == response.json()["access_token"]
    assert response.cookies["__Host-refresh_token"] == response.json()["refresh_token"]


async def test_either_is_enough(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    responses = [
        await client.get(f"{AUTH}/me", headers=header(tokens)),
        await client.get(f"{AUTH}/me", headers=cookie(tokens)),
    ]

    assert [response.json()["email"] for response in responses] == [user.email] * 2


async def test_header_wins(client: AsyncClient, user: Account) -> None:
    bob = await register(client, "bob")
    of_ann = await log_in(client, user)
    of_bob = await log_in(client, bob)

    response = await client.get(f"{AUTH}/me", headers=header(of_ann) | cookie(of_bob))

    assert response.json()["email"] == user.email


@pytest.mark.parametrize("value", ["Bearer garbage", "Bearer ", "Basic YW5uOng=", ""])
async def test_cookie_does_not_replace_an_unusable_header(
    client: AsyncClient,
    user: Account,
    value: str,
) -> None:
    tokens = await log_in(client, user)

    headers = {"Authorization": value} | cookie(tokens)
    response = await client.get(f"{AUTH}/me", headers=headers)

    assert code_of(response) == (401, "invalid_token")


async def test_header_counts_despite_an_unusable_cookie(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    headers = header(tokens) | {"Cookie": "__Host-access_token=garbage"}
    response = await client.get(f"{AUTH}/me", headers=headers)

    assert response.status_code == 200


async def test_header_may_come_from_another_site(client: AsyncClient, user: Account) -> None:
    """Browsers do not add the header on their own, so it cannot be abused for CSRF."""
    tokens = await log_in(client, user)

    headers = header(tokens) | cookie(tokens) | {"Sec-Fetch-Site": "cross-site"}
    response = await client.delete(f"{AUTH}/sessions", headers=headers)

    assert response.status_code == 204


async def test_ended_session_of_a_header_clears_no_cookies(
    client: AsyncClient,
    user: Account,
) -> None:
    ended = await log_in(client, user)
    in_cookie = await log_in(client, user)
    await client.post(f"{AUTH}/logout", headers=header(ended))

    response = await client.get(f"{AUTH}/me", headers=header(ended) | cookie(in_cookie))

    assert code_of(response) == (401, "session_ended")
    assert "Set-Cookie" not in response.headers


async def test_logout_ends_the_sessions_of_header_and_cookies(
    client: AsyncClient,
    user: Account,
) -> None:
    in_header = await log_in(client, user)
    in_cookie = await log_in(client, user)

    headers = header(in_header) | cookie(in_cookie)
    response = await client.post(f"{AUTH}/logout", headers=headers)

    responses = [
        await client.get(f"{AUTH}/me", headers=header(tokens)) for tokens in (in_header, in_cookie)
    ]
    assert [code_of(each) for each in responses] == [(401, "session_ended")] * 2
    assert len(response.headers.get_list("Set-Cookie")) == 2


async def test_logout_of_a_header_deletes_no_cookies(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.post(f"{AUTH}/logout", headers=header(tokens))

    assert "Set-Cookie" not in response.headers


async def test_logout_of_another_page_ends_nothing(client: AsyncClient, user: Account) -> None:
    in_header = await log_in(client, user)
    in_cookie = await log_in(client, user)

    headers = header(in_header) | cookie(in_cookie) | {"Origin": "https://evil.example"}
    response = await client.post(f"{AUTH}/logout", headers=headers)

    responses = [
        await client.get(f"{AUTH}/me", headers=header(tokens)) for tokens in (in_header, in_cookie)
    ]
    assert code_of(response) == (403, "cross_site_request")
    assert [each.status_code for each in responses] == [200, 200]


# {% endcall %}
