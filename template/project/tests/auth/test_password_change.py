# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Users replace their own password: with the current one, and never behind their own back."""

from dataclasses import replace

import pytest

from app.auth.errors import InvalidCredentials, InvalidField, LoginThrottled, WrongPassword
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession, User
from tests.auth.conftest import log_in
from tests.auth.interruptions import interrupted
from tests.conftest import Account
from tests.steps import change_user, rows_of

ANN = Account()
CHANGED = replace(ANN, password="another long passphrase")


async def change(
    service: AsyncAuthService,
    user: UserProtocol,
    pair: TokenPair,
    *,
    current: str = ANN.password,
    new: str = CHANGED.password,
) -> None:
    await service.change_password(
        user,
        service.tokens.session_of(pair.access_token),
        current_password=current,
        new_password=new,
    )


async def revocations(database: Database) -> dict[str, str | None]:
    sessions = await rows_of(database, AuthSession)
    return {session.id: session.revoked_reason for session in sessions}


async def test_new_password_takes_the_place_of_the_old_one(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
) -> None:
    await change(service, ann, pair)

    await log_in(service, CHANGED)
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_all_sessions_but_the_current_one_end(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
) -> None:
    other = await log_in(service, ANN)

    await change(service, ann, pair)

    assert await revocations(database) == {
        service.tokens.session_of(pair.access_token): None,
        service.tokens.session_of(other.access_token): "password_changed",
    }


@pytest.mark.parametrize("current", ["a wrong passphrase", "", "x" * 2000])
async def test_wrong_current_password_changes_nothing(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
    current: str,
) -> None:
    other = await log_in(service, ANN)

    with pytest.raises(WrongPassword):
        await change(service, ann, pair, current=current)

    assert await revocations(database) == {
        service.tokens.session_of(pair.access_token): None,
        service.tokens.session_of(other.access_token): None,
    }
    await log_in(service, ANN)


@pytest.mark.parametrize("new", ["short", "password123", "x" * 2000])
async def test_poor_new_password_is_refused(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    new: str,
) -> None:
    with pytest.raises(InvalidField) as refusal:
        await change(service, ann, pair, new=new)

    assert refusal.value.field == "new_password"


async def test_guessing_the_current_password_is_throttled(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            await change(service, ann, pair, current="a wrong passphrase")

    with pytest.raises(LoginThrottled):
        await change(service, ann, pair)


async def test_success_starts_the_count_afresh(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
) -> None:
    for _ in range(4):
        with pytest.raises(WrongPassword):
            await change(service, ann, pair, current="a wrong passphrase")

    await change(service, ann, pair)

    with pytest.raises(WrongPassword):
        await change(service, ann, pair, current="a wrong passphrase")


async def test_password_changed_meanwhile_is_not_overwritten(
    service: AsyncAuthService,
    ann: UserProtocol,
    pair: TokenPair,
    database: Database,
    password_context: PasswordContext,
) -> None:
    theirs = password_context.hash("the passphrase of an operator")

    async def operator_sets_password() -> None:
        await change_user(database, ANN, password_hash=theirs)

    with pytest.raises(WrongPassword):
        await change(interrupted(service, operator_sets_password), ann, pair)

    [user] = await rows_of(database, User)
    assert user.password_hash == theirs


# {% endcall %}
