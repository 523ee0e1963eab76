# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""One address may not ask without end for what is costly or guesses (SEC-24, SEC-26)."""

import pytest
from httpx2 import AsyncClient

from tests.steps import with_settings

REFUSED = {
    "/auth/login": {"username_or_email": "nobody", "password": "a wrong guess"},
    "/auth/refresh": {"refresh_token": "garbage"},
    "/auth/register": {"email": "ann@example.com", "username": "ann", "password": "password1"},
}


@with_settings(limit_login="2/minute", limit_refresh="2/minute", limit_register="2/minute")
@pytest.mark.parametrize("path", REFUSED)
async def test_third_attempt_of_an_address_has_to_wait(client: AsyncClient, path: str) -> None:
    for _ in range(2):
        response = await client.post(path, json=REFUSED[path])
        assert response.status_code in (401, 422)

    response = await client.post(path, json=REFUSED[path])

    assert (response.status_code, response.json()["detail"]["code"]) == (429, "too_many_requests")
    assert 1 <= int(response.headers["Retry-After"]) <= 60


# {% endcall %}
