# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login uses the latest account if it changes while the password is hashed."""

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.database import Database
from app.models import AuthSession, User
from tests.auth.conftest import log_in
from tests.auth.interruptions import interrupted
from tests.steps import Account, change_user, rows_of

ANN = Account()


async def test_password_changed_during_the_check_is_checked_again(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    password_context: PasswordContext,
) -> None:
    another = password_context.hash("another long passphrase")

    async def change_password() -> None:
        await change_user(database, ANN, password_hash=another)

    with pytest.raises(InvalidCredentials):
        await log_in(interrupted(service, change_password), ANN)

    assert await rows_of(database, AuthSession) == []


async def test_account_disabled_while_its_password_was_checked_is_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    async def disable() -> None:
        await change_user(database, ANN, is_active=False)

    with pytest.raises(InvalidCredentials):
        await log_in(interrupted(service, disable), ANN)

    assert await rows_of(database, AuthSession) == []


async def test_login_succeeds_if_another_login_upgraded_the_hash_meanwhile(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    password_context: PasswordContext,
) -> None:
    again = password_context.hash(ANN.password)

    async def upgrade() -> None:
        await change_user(database, ANN, password_hash=again)

    await log_in(interrupted(service, upgrade), ANN)

    (user,) = await rows_of(database, User)
    assert user.password_hash == again
    assert len(await rows_of(database, AuthSession)) == 1


# {% endcall %}
