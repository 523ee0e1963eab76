# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Accounts are created once per e-mail and username, without privileges."""

import pytest

from app.auth.errors import (
    DuplicateIdentity,
    EmailTaken,
    InvalidField,
    RegistrationClosed,
    UsernameTaken,
)
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.database import Database
from app.models import AuthSession, User
from tests.auth.conftest import register
from tests.auth.interruptions import interrupted
from tests.conftest import Account, MovableClock
from tests.steps import change_user, rows_of, with_settings

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

    assert (user.email, user.username, user.created_at) == ("ann@example.com", "ann", clock.now)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


async def test_password_is_stored_as_a_hash(
    service: AsyncAuthService,
    database: Database,
    password_context: PasswordContext,
) -> None:
    await register(service, Account())

    (user,) = await rows_of(database, User)
    assert Account().password not in user.password_hash
    assert password_context.verify_and_update(Account().password, user.password_hash)[0]


async def test_registering_opens_no_session(service: AsyncAuthService, database: Database) -> None:
    await register(service, Account())

    assert await rows_of(database, AuthSession) == []


@with_settings(registration_open=False)
async def test_registration_can_be_closed(service: AsyncAuthService, database: Database) -> None:
    with pytest.raises(RegistrationClosed):
        await register(service, Account())

    assert await rows_of(database, User) == []


@with_settings(registration_open=False)
async def test_operators_create_privileged_accounts_even_then(service: AsyncAuthService) -> None:
    user = await service.create_user(
        email="root@example.com",
        username="root",
        password="a good long passphrase",
        is_staff=True,
        is_superuser=True,
    )

    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)


@pytest.mark.parametrize("account", REFUSED.values(), ids=REFUSED)
async def test_unacceptable_value_creates_nothing(
    service: AsyncAuthService,
    database: Database,
    account: Account,
) -> None:
    with pytest.raises(InvalidField):
        await register(service, account)

    assert await rows_of(database, User) == []


@pytest.mark.parametrize("email", ["ann@example.com", "Ann@Example.COM", "\uff41nn@example.com"])
async def test_email_is_taken_in_every_spelling(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    email: str,
) -> None:
    with pytest.raises(EmailTaken):
        await register(service, Account(email=email, username="another"))

    assert len(await rows_of(database, User)) == 1


@pytest.mark.parametrize("username", ["ann", "Ann", "ANN"])
async def test_username_is_taken_in_every_letter_case(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    username: str,
) -> None:
    with pytest.raises(UsernameTaken):
        await register(service, Account(email="another@example.com", username=username))

    assert len(await rows_of(database, User)) == 1


async def test_similar_account_is_another_one(
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    other = await register(service, Account(email="ann@example.org", username="ann_"))

    assert other.id != ann.id


async def test_duplicate_that_is_gone_again_is_not_blamed_on_a_name(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    async def rename() -> None:
        values = {"email": "bob@example.com", "username": "bob"}
        keys = {"email_key": "bob@example.com", "username_key": "bob"}
        await change_user(database, Account(), **values, **keys)

    with pytest.raises(DuplicateIdentity):
        await register(interrupted(service, rename), Account())


# {% endcall %}
