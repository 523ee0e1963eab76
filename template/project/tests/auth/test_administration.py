# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Operators replace passwords, disable accounts, and end and purge sessions."""

import pytest

from app.auth import administration as module
from app.auth.administration import Administration
from app.auth.errors import InvalidCredentials, InvalidField, SessionEnded, UserNotFound
from app.auth.ext.components import AuthComponents
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.database import Database
from app.models import AuthSession, AuthThrottle, User
from tests.auth.conftest import log_in, register
from tests.conftest import Account, MovableClock
from tests.steps import rows_of

ANN = Account()
BOB = Account(email="bob@example.com", username="bob")
NEW_PASSWORD = "another good long passphrase"


@pytest.fixture
def administration(components: AuthComponents) -> Administration:
    return components.administration


async def test_new_password_replaces_the_old_one(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await administration.set_password("ann@example.com", NEW_PASSWORD)

    await log_in(service, Account(password=NEW_PASSWORD))
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_new_password_ends_all_sessions(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await administration.set_password("ann", NEW_PASSWORD)

    (session,) = await rows_of(database, AuthSession)
    assert session.revoked_reason == "password_changed"
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)


async def test_poor_password_changes_nothing(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    with pytest.raises(InvalidField):
        await administration.set_password("ann", "password")

    await log_in(service, ANN)
    await service.refresh(pair.refresh_token)


async def test_disabled_user_is_signed_out_and_cannot_return(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    database: Database,
) -> None:
    await administration.disable("ann")

    (session,) = await rows_of(database, AuthSession)
    assert session.revoked_reason == "user_disabled"
    with pytest.raises(InvalidCredentials):
        await log_in(service, ANN)


async def test_enabled_user_returns_without_the_old_sessions(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    await administration.disable("ann")

    await administration.enable("ann")

    await log_in(service, ANN)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)


async def test_ending_sessions_leaves_those_of_others(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
) -> None:
    await register(service, BOB)
    of_bob = await log_in(service, BOB)

    ended = await administration.end_sessions("ann")

    assert ended == 1
    await service.refresh(of_bob.refresh_token)
    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token)


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", ""])
async def test_unknown_user_is_not_found(
    administration: Administration,
    ann: UserProtocol,
    database: Database,
    name: str,
) -> None:
    with pytest.raises(UserNotFound):
        await administration.disable(name)

    (user,) = await rows_of(database, User)
    assert user.is_active


async def test_purge_spares_sessions_that_ended_within_a_week(
    administration: Administration,
    pair: TokenPair,
    clock: MovableClock,
    database: Database,
) -> None:
    clock.move(days=30 + 7)

    assert await administration.purge_sessions() == 0

    clock.move(seconds=1)
    assert await administration.purge_sessions() == 1
    assert await rows_of(database, AuthSession) == []


async def test_purge_goes_on_batch_after_batch(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PURGE_BATCH", 2)
    for _ in range(5):
        await log_in(service, ANN)
    clock.move(days=38)

    assert await administration.purge_sessions() == 5


async def test_purge_takes_the_counts_of_old_attempts_along(
    administration: Administration,
    service: AsyncAuthService,
    clock: MovableClock,
    database: Database,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, Account(username="nobody"))
    clock.move(days=7)
    await administration.purge_sessions()
    kept = await rows_of(database, AuthThrottle)

    clock.move(seconds=1)
    await administration.purge_sessions()

    assert (len(kept), await rows_of(database, AuthThrottle)) == (1, [])


# {% endcall %}
