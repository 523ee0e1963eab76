# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Guesses at codes count with guesses at the password."""

from dataclasses import replace

from httpx2 import AsyncClient

from app.auth.totp.protocols import Factor
from app.database import Database
from tests.auth.totp.steps import (
    WRONG_CODE,
    Enrolled,
    challenge,
    challenge_of,
    confirm,
    device_of,
    disable,
    enrol,
    finish,
    give_password,
    reauthenticate,
)
from tests.conftest import MovableClock
from tests.steps import SIGNED_IN, Account, code_of, with_settings

pytestmark = with_settings(limit_login="1000/minute")
WRONG_PASSWORD = "a wrong passphrase"
LOCKED = (429, "login_throttled")


async def test_right_password_between_wrong_codes_does_not_help(
    client: AsyncClient,
    enrolled: Enrolled,
) -> None:
    """SEC-122."""
    for _ in range(2):
        token = await challenge(client, enrolled.account)
        await finish(client, token, WRONG_CODE)
    token = await challenge(client, enrolled.account)

    at_code = await finish(client, token, enrolled.authenticator.code())
    at_password = await give_password(client, enrolled.account)

    assert (code_of(at_code), code_of(at_password)) == (LOCKED, LOCKED)


async def test_passwords_codes_and_recovery_codes_count_together(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-122: the first attempt is the password that the challenge has proved."""
    await give_password(client, replace(enrolled.account, password=WRONG_PASSWORD))
    await finish(client, token, WRONG_CODE)
    await finish(client, token, "0" * 24, Factor.RECOVERY_CODE)
    await finish(client, token, WRONG_CODE)

    right = enrolled.authenticator.code()
    refused = await finish(client, token, right)
    also = await finish(client, token, enrolled.recovery_codes[0], Factor.RECOVERY_CODE)

    assert (code_of(refused), code_of(also)) == (LOCKED, LOCKED)


async def test_throttled_code_is_not_used_up(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
) -> None:
    for _ in range(4):
        await finish(client, token, WRONG_CODE)
    code = enrolled.recovery_codes[0]
    await finish(client, token, code, Factor.RECOVERY_CODE)
    clock.move(seconds=61)

    response = await finish(client, token, code, Factor.RECOVERY_CODE)

    assert response.status_code == SIGNED_IN


async def test_finished_logins_cost_no_attempts(
    client: AsyncClient,
    enrolled: Enrolled,
    clock: MovableClock,
) -> None:
    for _ in range(8):
        token = await challenge(client, enrolled.account)
        response = await finish(client, token, enrolled.authenticator.code())
        clock.move(seconds=30)
        assert response.status_code == SIGNED_IN


async def test_strangers_do_not_keep_a_known_device_out(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    clock: MovableClock,
) -> None:
    """SEC-23: its codes count apart too."""
    device = device_of(await finish(client, token, enrolled.authenticator.code()))
    clock.move(seconds=30)
    stranger = await challenge(client, enrolled.account)
    for _ in range(4):
        await finish(client, stranger, WRONG_CODE)

    known = await give_password(client, enrolled.account, device)
    response = await finish(client, challenge_of(known), enrolled.authenticator.code())

    assert code_of(await give_password(client, enrolled.account)) == LOCKED
    assert response.status_code == SIGNED_IN


async def test_guesses_on_a_known_device_are_throttled(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    device = device_of(await finish(client, token, enrolled.authenticator.code()))
    known = challenge_of(await give_password(client, enrolled.account, device))
    for _ in range(4):
        await finish(client, known, WRONG_CODE)

    response = await finish(client, known, enrolled.authenticator.code(steps_later=1))

    assert code_of(response) == LOCKED


async def test_codes_of_a_signed_in_user_count_with_the_passwords(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    """SEC-118."""
    enrolled = await enrol(client, database, clock, user)
    clock.move(seconds=30)
    for _ in range(2):
        await disable(client, WRONG_CODE)
        await confirm(client, WRONG_CODE)
    await reauthenticate(client, replace(user, password=WRONG_PASSWORD))

    response = await disable(client, enrolled.authenticator.code())

    assert code_of(response) == LOCKED


# {% endcall %}
