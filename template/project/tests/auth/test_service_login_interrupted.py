# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An account that changes while its password is hashed is judged by what is stored then."""

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.database import Database
from app.models import AuthSession, User
from tests.auth.conftest import log_in
from tests.auth.interruptions import interrupted
from tests.conftest import Account
from tests.steps import change_user, rows_of

ANN = Account()


async def test_password_changed_while_it_was_checked_is_judged_again(
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


async def test_hash_upgraded_meanwhile_by_another_login_does_no_harm(
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
