# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Each e-mail and username has one account, without privileges."""

from dataclasses import replace

import pytest

from app.auth.errors import (
    AccountConflict,
    EmailTaken,
    InvalidField,
    RegistrationClosed,
    UsernameTaken,
)
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from tests.auth.conftest import log_in, new_user, register
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account, account_named, names, profile, with_settings

REFUSED = {
    "username": Account(username="ann lee"),
    "username that is an e-mail": Account(username="bob@example.com"),
    "e-mail that is too long": Account(email="a" * 250 + "@example.com"),
    "short password": Account(password="g7#kQ2x"),
    "common password": Account(password="password1"),
    "username as password": Account(username="marylou77", password="marylou77"),
    "password that is too long": Account(password="g7#kQ2xw" * 129),
}


async def test_registered_user_has_no_privileges(
    service: AsyncAuthService,
    clock: MovableClock,
) -> None:
    user = await register(service, Account())

    assert (profile(user), user.created_at) == (profile(Account()), clock.now)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


@pytest.mark.parametrize(
    "email",
    [
        " ann@example.com\n",
        "Ann@EXAMPLE.com",
        "\uff41nn@example.com",
        "stra\u00dfe@stra\u00dfe.de",
        "stra\u00dfe@xn--strae-oqa.de",
        "ann@xn--exmple-cua.de",
        "ann@exam\u3002ple.com",
        "ann@\U0001d6d3.gr",
    ],
    ids=ascii,
)
async def test_account_signs_in_with_the_text_it_was_registered_with(
    service: AsyncAuthService,
    email: str,
) -> None:
    account = account_named("Ann ", email=email)

    user = await register(service, account)

    for typed in (*names(account), *profile(user).values()):
        await log_in(service, replace(account, email=typed))  # SEC-16


async def test_password_is_stored_as_a_hash(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    password_context: PasswordContext,
) -> None:
    await register(service, Account())

    (user,) = memory.tables.users.values()
    assert Account().password not in user.password_hash
    assert password_context.verify_and_update(Account().password, user.password_hash)[0]


async def test_registering_opens_no_session(
    service: AsyncAuthService,
    memory: MemoryTransactions,
) -> None:
    await register(service, Account())

    assert memory.tables.sessions == {}


@with_settings(registration_open=False)
async def test_registration_can_be_closed(
    service: AsyncAuthService,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(RegistrationClosed):
        await register(service, Account())

    assert memory.tables.users == {}


@with_settings(registration_open=False)
async def test_operators_create_privileged_accounts_while_registration_is_closed(
    service: AsyncAuthService,
) -> None:
    privileged = new_user(Account(), is_staff=True, is_superuser=True)

    user = await service.create_user(privileged, Account().password)

    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)


async def test_registering_drops_privileges(service: AsyncAuthService) -> None:
    verified = {"email_verified_at": MovableClock().now}
    privileged = new_user(Account(), is_staff=True, is_superuser=True, **verified)

    user = await service.register(privileged, Account().password)

    assert user is not None
    assert (user.is_staff, user.is_superuser) == (False, False)  # SEC-15
    assert user.email_verified_at is None


@pytest.mark.parametrize("account", REFUSED.values(), ids=REFUSED)
async def test_unacceptable_value_creates_nothing(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    account: Account,
) -> None:
    with pytest.raises(InvalidField):
        await register(service, account)

    assert memory.tables.users == {}


@pytest.mark.parametrize("email", ["ann@example.com", "Ann@Example.COM", "\uff41nn@example.com"])
async def test_email_is_taken_in_every_spelling(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    email: str,
) -> None:
    with pytest.raises(EmailTaken):
        await register(service, account_named("another", email=email))

    assert len(memory.tables.users) == 1


@pytest.mark.parametrize("username", ["ann", "Ann", "ANN"])
async def test_username_is_taken_in_every_letter_case(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    username: str,
) -> None:
    with pytest.raises(UsernameTaken):
        await register(service, Account(email="another@example.com", username=username))

    assert len(memory.tables.users) == 1


async def test_similar_account_is_a_different_one(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    other = await register(service, account_named("ann_", email="ann@example.org"))

    assert other.id != ann.id


async def test_duplicate_that_was_renamed_meanwhile_is_still_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    async def rename() -> None:
        memory.change_user(Account(), **profile(account_named("bob")))

    with pytest.raises(AccountConflict):
        await register(interrupted(service, rename), Account())


# {% endcall %}
