# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Which codes finish a login."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.totp.steps import WRONG_CODE, Enrolled, challenge, enrol, finish
from tests.conftest import MovableClock
from tests.steps import SIGNED_IN, code_of, register, rows_of, with_settings


@pytest.mark.parametrize(
    ("steps_later", "status"),
    [(-2, 401), (-1, SIGNED_IN), (0, SIGNED_IN), (1, SIGNED_IN), (2, 401)],
)
async def test_clock_of_an_authenticator_may_be_a_step_off(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
    steps_later: int,
    status: int,
) -> None:
    """SEC-121."""
    clock.move(seconds=60)

    response = await finish(client, token, enrolled.authenticator.code(steps_later=steps_later))

    assert response.status_code == status


@with_settings(totp_drift_steps=0)
async def test_drift_can_be_forbidden(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    response = await finish(client, token, enrolled.authenticator.code(steps_later=1))

    assert code_of(response) == (401, "invalid_code")


async def test_code_works_once(client: AsyncClient, enrolled: Enrolled, token: str) -> None:
    """SEC-120."""
    code = enrolled.authenticator.code()
    await finish(client, token, code)

    replayed = await finish(client, token, code)
    in_another_login = await finish(client, await challenge(client, enrolled.account), code)

    assert code_of(replayed) == (401, "invalid_code")
    assert code_of(in_another_login) == (401, "invalid_code")


async def test_code_of_an_earlier_step_is_refused(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-120."""
    await finish(client, token, enrolled.authenticator.code(steps_later=1))

    response = await finish(client, token, enrolled.authenticator.code())

    assert code_of(response) == (401, "invalid_code")


async def test_first_code_of_the_enrolment_is_used(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-120."""
    response = await finish(client, token, enrolled.authenticator.code(steps_later=-1))

    assert code_of(response) == (401, "invalid_code")


@pytest.mark.parametrize("code", [WRONG_CODE, "", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16"])
async def test_wrong_code_opens_nothing(
    client: AsyncClient,
    token: str,
    database: Database,
    code: str,
) -> None:
    before = len(await rows_of(database, AuthSession))

    response = await finish(client, token, code)

    assert code_of(response) == (401, "invalid_code")
    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}
    assert len(await rows_of(database, AuthSession)) == before


async def test_code_of_another_user_is_wrong(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    database: Database,
    clock: MovableClock,
) -> None:
    other = await enrol(client, database, clock, await register(client, "bob"))
    clock.move(seconds=30)

    response = await finish(client, token, other.authenticator.code())

    assert code_of(response) == (401, "invalid_code")


# {% endcall %}
