# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Recovery codes finish a login without the authenticator, each of them once."""

import pytest
from httpx2 import AsyncClient

from app.auth.totp.protocols import Factor
from app.database import Database
from tests.auth.totp.steps import (
    Enrolled,
    challenge,
    enrol,
    finish,
    keep_tokens,
    replace_recovery_codes,
    second_factors,
)
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import SIGNED_IN, Account, code_of, register, with_settings

CODE = Factor.RECOVERY_CODE
NOTICE = "A recovery code was used"


@with_settings(limit_login="1000/minute")
async def test_every_code_finishes_one_login(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    """SEC-125."""
    accepted = [await finish(client, token, code, CODE) for code in enrolled.recovery_codes]
    used = await finish(client, token, enrolled.recovery_codes[0], CODE)

    assert {response.status_code for response in accepted} == {SIGNED_IN}
    assert code_of(used) == (401, "invalid_code")


async def test_code_is_typed_without_its_hyphens(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    typed = enrolled.recovery_codes[0].replace("-", " ").lower()

    response = await finish(client, token, typed, CODE)

    assert response.status_code == SIGNED_IN


async def test_left_codes_are_counted(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    enrolled = await enrol(client, database, clock, user)
    token = await challenge(client, user)
    response = await finish(client, token, enrolled.recovery_codes[3], CODE)
    keep_tokens(client, response)

    factors = await second_factors(client)

    assert factors.json() == {"totp": True, "recovery_codes_left": 9}


async def test_use_is_told_by_mail(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-125."""
    await finish(client, token, "0" * 24, CODE)
    before = postbox.subjects_to(enrolled.account.email).count(NOTICE)

    await finish(client, token, enrolled.recovery_codes[0], CODE)

    assert (before, postbox.subjects_to(enrolled.account.email).count(NOTICE)) == (0, 1)


async def test_new_codes_void_the_old_ones(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    """SEC-125."""
    enrolled = await enrol(client, database, clock, user)
    new = (await replace_recovery_codes(client)).json()["recovery_codes"]
    token = await challenge(client, user)

    old = await finish(client, token, enrolled.recovery_codes[0], CODE)
    accepted = await finish(client, token, new[0], CODE)

    assert len(set(new) - set(enrolled.recovery_codes)) == 10
    assert (code_of(old), accepted.status_code) == ((401, "invalid_code"), SIGNED_IN)


async def test_code_of_another_user_is_wrong(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    database: Database,
    clock: MovableClock,
) -> None:
    other = await enrol(client, database, clock, await register(client, "bob"))

    response = await finish(client, token, other.recovery_codes[0], CODE)

    assert code_of(response) == (401, "invalid_code")


@pytest.mark.parametrize("code", ["", "123456", "0" * 24, "\uff10" * 24])
async def test_wrong_code_opens_nothing(client: AsyncClient, token: str, code: str) -> None:
    response = await finish(client, token, code, CODE)

    assert code_of(response) == (401, "invalid_code")


async def test_code_of_the_authenticator_is_no_recovery_code(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
) -> None:
    code = enrolled.authenticator.code()
    as_recovery_code = await finish(client, token, code, CODE)
    as_totp = await finish(client, token, enrolled.recovery_codes[0])

    assert code_of(as_recovery_code) == (401, "invalid_code")
    assert code_of(as_totp) == (401, "invalid_code")


# {% endcall %}
