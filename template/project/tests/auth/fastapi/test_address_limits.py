# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""One address may ask only so often, whatever it claims to be (SEC-24, SEC-26)."""

from dataclasses import asdict

import pytest
from httpx2 import AsyncClient, Response

from tests.conftest import Account
from tests.steps import code_of, with_settings

BODIES = {
    "/auth/register": asdict(Account()),
    "/auth/login": {"username_or_email": "nobody", "password": "a wrong guess"},
    "/auth/refresh": {"refresh_token": "x.y.z"},
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
    """Another claimed address makes no other client."""
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

    guess = await signed_in_client.post("/auth/password", json=body)
    another = await signed_in_client.post("/auth/password", json=body)

    assert code_of(guess) == (403, "wrong_password")
    assert code_of(another) == (429, "too_many_requests")


# {% if transport != "cookie" %}
@two_an_hour
@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "username": "nobody", "password": "a wrong guess"},
        {"grant_type": "refresh_token", "refresh_token": "x.y.z"},
    ],
    ids=["password", "refresh_token"],
)
async def test_third_grant_has_to_wait(client: AsyncClient, form: dict[str, str]) -> None:
    responses = [await client.post("/auth/token", data=form) for _ in range(3)]

    assert [response.status_code for response in responses] == [400, 400, 429]
    assert 1 <= seconds_to_wait(responses[2]) <= 3600


# {% endif %}
# {% endcall %}
