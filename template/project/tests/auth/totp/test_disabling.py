# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Removing the second factor needs a recent login and a code."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthRecoveryCode, AuthTotp
from tests.auth.mail.steps import delete_account
from tests.auth.totp.steps import (
    WRONG_CODE,
    Enrolled,
    challenge,
    disable,
    finish,
    give_password,
    keep_tokens,
    second_factors,
)
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import AUTH, SIGNED_IN, Account, code_of, refresh, rows_of, tokens_of

NOTICE = "The second factor of your account has changed"


@pytest.mark.parametrize("uses_recovery_code", [False, True])
async def test_code_removes_the_factor(
    client: AsyncClient,
    owner: Enrolled,
    database: Database,
    uses_recovery_code: bool,
) -> None:
    """SEC-127."""
    code = owner.recovery_codes[0] if uses_recovery_code else owner.authenticator.code()

    response = await disable(client, code)

    assert response.status_code == 204
    assert (await second_factors(client)).json() == {"totp": False, "recovery_codes_left": 0}
    assert await rows_of(database, AuthTotp) == []
    assert await rows_of(database, AuthRecoveryCode) == []
    assert (await give_password(client, owner.account)).status_code == SIGNED_IN


async def test_wrong_code_removes_nothing(client: AsyncClient, owner: Enrolled) -> None:
    """SEC-127."""
    response = await disable(client, WRONG_CODE)

    assert code_of(response) == (403, "wrong_code")
    assert (await give_password(client, owner.account)).status_code == 202


async def test_used_code_removes_nothing(
    client: AsyncClient,
    owner: Enrolled,
) -> None:
    """SEC-120: an observer of a code that is typed at a login cannot use it here."""
    response = await disable(client, owner.authenticator.code(steps_later=-1))

    assert code_of(response) == (403, "wrong_code")


async def test_account_without_a_factor_has_none_to_remove(
    client: AsyncClient,
    verified: Account,
) -> None:
    response = await disable(client, WRONG_CODE)

    assert code_of(response) == (403, "wrong_code")


async def test_removal_needs_a_recent_login(
    client: AsyncClient,
    owner: Enrolled,
    clock: MovableClock,
) -> None:
    """SEC-127."""
    token = await challenge(client, owner.account)
    tokens = tokens_of(await finish(client, token, owner.authenticator.code()))
    clock.move(minutes=14)
    keep_tokens(client, await refresh(client, tokens.refresh))
    clock.move(minutes=2)

    response = await disable(client, owner.authenticator.code())

    assert code_of(response) == (403, "recent_login_required")


async def test_removal_ends_the_other_sessions(
    client: AsyncClient,
    owner: Enrolled,
    clock: MovableClock,
) -> None:
    """ASVS 7.4.3. The one that is left has proved the password only."""
    first, second = [
        await finish(client, await challenge(client, owner.account), code)
        for code in (owner.authenticator.code(), owner.authenticator.code(steps_later=1))
    ]
    keep_tokens(client, second)
    clock.move(seconds=60)

    await disable(client, owner.authenticator.code())

    [session] = (await client.get(f"{AUTH}/sessions")).json()
    assert (session["current"], session["methods"]) == (True, ["pwd"])
    assert (await refresh(client, tokens_of(first).refresh)).status_code == 401


async def test_removal_is_told_by_mail(
    client: AsyncClient,
    owner: Enrolled,
    postbox: Postbox,
) -> None:
    """SEC-111."""
    before = postbox.subjects_to(owner.account.email).count(NOTICE)

    await disable(client, owner.authenticator.code())

    assert postbox.subjects_to(owner.account.email).count(NOTICE) == before + 1


async def test_factor_is_deleted_with_the_account(
    client: AsyncClient,
    owner: Enrolled,
    database: Database,
) -> None:
    response = await delete_account(client, owner.account)

    assert response.status_code == 204
    assert await rows_of(database, AuthTotp) == []
    assert await rows_of(database, AuthRecoveryCode) == []


# {% endcall %}
