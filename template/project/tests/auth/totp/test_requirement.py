# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users who must have a second factor can do little before they have one."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.database import Database
from tests.auth.mail.steps import NEW_PASSWORD, me, verify
from tests.auth.totp.steps import disable, enrol, second_factors
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    change_user,
    code_of,
    with_settings,
)

OF_ALL = with_settings(require_second_factor="all")
OF_STAFF = with_settings(require_second_factor="staff")
REFUSED = (403, "second_factor_required")
SESSIONS = f"{AUTH}/sessions"
# Routes that need no user, and those that lead to a second factor.
OPEN = {
    *(("post", f"{AUTH}/{name}") for name in ("register", "login", "logout", "refresh")),
    *(("post", f"{AUTH}/login/{name}") for name in ("totp", "recovery-code")),
    *(("post", f"{AUTH}/password/{name}") for name in ("forgotten", "reset")),
    # {% if transport != "cookie" %}
    ("post", f"{AUTH}/token"),
    # {% endif %}
    ("get", "/health"),
    ("get", "/ready"),
    *(("get", f"{AUTH}/{name}") for name in ("me", "second-factors")),
    *(("post", f"{AUTH}/{name}") for name in ("password", "reauthenticate", "totp")),
    *(("post", f"{AUTH}/email/{name}") for name in ("verification", "verify")),
    ("post", f"{AUTH}/totp/confirm"),
}


@OF_ALL
async def test_every_other_route_is_refused(app: FastAPI, signed_in_client: AsyncClient) -> None:
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    others = {(method, path) for path, methods in paths.items() for method in methods} - OPEN

    answers = {
        (method, path): await signed_in_client.request(method, re.sub("{.*?}", "1", path))
        for method, path in others
    }

    assert len(others) > 5
    assert {one: code_of(answer) for one, answer in answers.items()} == dict.fromkeys(
        others, REFUSED
    )


@OF_ALL
async def test_open_routes_are_open(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    body = {"current_password": user.password, "new_password": NEW_PASSWORD}

    answers = [
        await me(signed_in_client),
        await second_factors(signed_in_client),
        await verify(signed_in_client, postbox.token_to(user.email)),
        await signed_in_client.post(f"{AUTH}/password", json=body),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 204, SIGNED_IN]


@OF_ALL
async def test_enrolment_opens_all_routes(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    await enrol(client, database, clock, user)

    response = await client.get(SESSIONS)

    assert response.status_code == 200


@OF_ALL
async def test_removal_closes_them_again(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    enrolled = await enrol(client, database, clock, user)
    clock.move(seconds=30)
    await disable(client, enrolled.authenticator.code())

    response = await client.get(SESSIONS)

    assert code_of(response) == REFUSED


@OF_STAFF
@pytest.mark.parametrize("role", ["is_staff", "is_superuser"])
async def test_staff_can_be_required_to_have_one(
    signed_in_client: AsyncClient,
    user: Account,
    database: Database,
    role: str,
) -> None:
    before = await signed_in_client.get(SESSIONS)
    await change_user(database, user, **{role: True})

    after = await signed_in_client.get(SESSIONS)

    assert (before.status_code, code_of(after)) == (200, REFUSED)


async def test_nobody_is_required_by_default(signed_in_client: AsyncClient) -> None:
    response = await signed_in_client.get(SESSIONS)

    assert response.status_code == 200


# {% endcall %}
