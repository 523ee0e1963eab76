# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Roles are granted and revoked. At least one active superuser is left."""

from contextlib import suppress
from dataclasses import replace

import pytest

from app.auth.administration import Administration
from app.auth.errors import LastSuperuser, UserNotFound
from app.auth.protocols import Role
from app.auth.wiring import Auth
from tests.auth.conftest import new_user
from tests.serving import race
from tests.steps import Account, account_named

ROOT = account_named("root")
OTHER = account_named("other")
ROUNDS = 5  # on a busy machine, callers of a single race can come one after another


async def create(auth: Auth, account: Account, *, superuser: bool = True) -> None:
    user = replace(new_user(account), is_superuser=superuser)
    await auth.service.create_user(user, account.password)


async def superusers(auth: Auth) -> int:
    return len(await auth.tools.transactions.run(lambda store: store.users.lock_superusers()))


async def test_last_superuser_keeps_the_role(auth: Auth, administration: Administration) -> None:
    await create(auth, ROOT)

    with pytest.raises(LastSuperuser):
        await administration.revoke(ROOT.email, Role.SUPERUSER)

    assert await superusers(auth) == 1


async def test_superuser_who_is_not_the_last_loses_the_role(
    auth: Auth,
    administration: Administration,
) -> None:
    await create(auth, ROOT)
    await create(auth, OTHER, superuser=False)
    await administration.grant(OTHER.email, Role.SUPERUSER)

    await administration.revoke(ROOT.email, Role.SUPERUSER)

    user = await administration.find(ROOT.email)
    assert (user.is_superuser, await superusers(auth)) == (False, 1)


async def test_superuser_who_is_disabled_does_not_count(
    auth: Auth,
    administration: Administration,
) -> None:
    await create(auth, ROOT)
    await create(auth, OTHER)
    await administration.disable(OTHER.email)

    with pytest.raises(LastSuperuser):
        await administration.revoke(ROOT.email, Role.SUPERUSER)
    await administration.revoke(OTHER.email, Role.SUPERUSER)

    assert await superusers(auth) == 1


async def test_last_superuser_can_lose_another_role(
    auth: Auth,
    administration: Administration,
) -> None:
    await create(auth, ROOT)
    await administration.grant(ROOT.email, Role.STAFF)

    await administration.revoke(ROOT.email, Role.STAFF)

    user = await administration.find(ROOT.email)
    assert (user.is_staff, user.is_superuser) == (False, True)


async def test_role_of_an_unknown_user_is_refused(administration: Administration) -> None:
    for change in (administration.grant, administration.revoke):
        with pytest.raises(UserNotFound):
            await change("nobody", Role.STAFF)


async def test_of_racing_revocations_one_is_refused(
    auth: Auth,
    administration: Administration,
) -> None:
    """Each sees the others' superusers until they commit."""
    accounts = [account_named(f"root{number}") for number in range(8)]
    for account in accounts:
        await create(auth, account)

    async def revoke(number: int) -> None:
        with suppress(LastSuperuser):
            await administration.revoke(accounts[number].email, Role.SUPERUSER)

    for _ in range(ROUNDS):
        for account in accounts:
            await administration.grant(account.email, Role.SUPERUSER)
        await race(len(accounts), revoke)
        assert await superusers(auth) == 1


# {% endcall %}
