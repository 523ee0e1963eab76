# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Requests per client address are limited, whatever headers it sends (SEC-24, SEC-26)."""

import pytest
from httpx2 import AsyncClient, Response

from tests.steps import (
    AUTH,
    # {% if transport != "header" %}
    SIGNED_IN,
    # {% endif %}
    Account,
    code_of,
    credentials,
    log_in,
    log_out,
    # {% if transport != "cookie" %}
    password_grant,
    # {% endif %}
    # {% if transport != "header" %}
    refresh,
    # {% endif %}
    registration,
    with_settings,
)

FOREIGN = {"Origin": "https://evil.example"}
BODIES = {
    f"{AUTH}/register": registration(Account()),
    f"{AUTH}/login": credentials(Account()),
    f"{AUTH}/refresh": {"refresh_token": "x.y.z"},
    f"{AUTH}/logout": {"refresh_token": "x.y.z"},
}
two_an_hour = with_settings(
    limit_login="2/hour",
    limit_register="2/hour",
    limit_refresh="2/hour",
)


def seconds_to_wait(response: Response) -> int:
    return int(response.headers["Retry-After"])


@two_an_hour
@pytest.mark.parametrize("path", BODIES)
async def test_third_request_has_to_wait(client: AsyncClient, path: str) -> None:
    """Forged headers do not change the client address."""
    responses = [
        await client.post(
            path,
            json=BODIES[path],
            headers={"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"10.0.0.{number}"},
        )
        for number in range(3)
    ]

    assert 429 not in {response.status_code for response in responses[:2]}
    assert code_of(responses[2]) == (429, "too_many_requests")
    assert 1 <= seconds_to_wait(responses[2]) <= 3600


@two_an_hour
async def test_guesses_at_the_current_password_count_as_logins(
    signed_in_client: AsyncClient,
) -> None:
    body = {"current_password": "a wrong guess", "new_password": "another long passphrase"}

    guess = await signed_in_client.post(f"{AUTH}/password", json=body)
    another = await signed_in_client.post(f"{AUTH}/password", json=body)

    assert code_of(guess) == (403, "wrong_password")
    assert code_of(another) == (429, "too_many_requests")


@two_an_hour
async def test_logouts_without_a_token_use_up_nothing(client: AsyncClient, user: Account) -> None:
    """Any page can make its visitors send them."""
    tokens = await log_in(client, user)

    visits = [await client.post(f"{AUTH}/logout", headers=FOREIGN) for _ in range(3)]

    assert [response.status_code for response in visits] == [204, 204, 429]
    await log_out(client, tokens.access)


# {% if transport != "header" %}
@two_an_hour
async def test_third_refresh_with_a_cookie_has_to_wait(client: AsyncClient) -> None:
    cookie = {"Cookie": "__Host-refresh_token=x.y.z"}

    responses = [await client.post(f"{AUTH}/refresh", headers=cookie) for _ in range(3)]

    assert [response.status_code for response in responses] == [401, 401, 429]


@two_an_hour
async def test_refreshes_without_a_token_use_up_nothing(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    visits = [await client.post(f"{AUTH}/refresh", headers=FOREIGN) for _ in range(3)]

    response = await refresh(client, tokens.refresh)
    assert [response.status_code for response in visits] == [401, 401, 429]
    assert response.status_code == SIGNED_IN


@two_an_hour
@pytest.mark.parametrize("path", BODIES)
async def test_refused_requests_of_foreign_pages_use_up_nothing(
    client: AsyncClient,
    path: str,
) -> None:
    body = BODIES[path] if "refresh_token" not in BODIES[path] else None
    cookie = {"Cookie": "__Host-refresh_token=x.y.z"}

    visits = [await client.post(path, json=body, headers=FOREIGN | cookie) for _ in range(3)]

    response = await client.post(path, json=body)
    assert [code_of(response) for response in visits] == [(403, "cross_site_request")] * 3
    assert response.status_code != 429


# {% endif %}
# {% if transport != "cookie" %}
@two_an_hour
@pytest.mark.parametrize("origin", ["https://evil.example", "https://eviltestserver", "null"])
async def test_forms_of_foreign_pages_use_up_nothing(
    client: AsyncClient,
    user: Account,
    origin: str,
) -> None:
    """A form is sent from any site without asking first."""
    evil, page = {"Origin": origin}, {"Origin": "https://testserver"}
    senders: list[dict[str, str]] = [page, {}, page]
    form = password_grant(user)

    foreign = [await client.post(f"{AUTH}/token", data=form, headers=evil) for _ in range(3)]
    own = [await client.post(f"{AUTH}/token", data=form, headers=each) for each in senders]

    statuses = [response.status_code for response in (*foreign, *own)]
    assert statuses == [200, 200, 429] * 2


@two_an_hour
@pytest.mark.parametrize(
    "form",
    [
        password_grant(Account()),
        {"grant_type": "refresh_token", "refresh_token": "x.y.z"},
    ],
    ids=["password", "refresh_token"],
)
async def test_third_grant_has_to_wait(client: AsyncClient, form: dict[str, str]) -> None:
    responses = [await client.post(f"{AUTH}/token", data=form) for _ in range(3)]

    assert [response.status_code for response in responses] == [400, 400, 429]
    assert 1 <= seconds_to_wait(responses[2]) <= 3600


# {% endif %}
# {% endcall %}
