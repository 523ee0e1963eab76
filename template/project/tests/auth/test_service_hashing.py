# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login hashes as much for nobody as for somebody, and stores newer hashes on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.hashing import PasswordContext, PasswordHasher
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.database import Database
from app.models import User
from tests.auth.conftest import log_in
from tests.auth.interruptions import interrupted
from tests.conftest import Account
from tests.steps import change_user, rows_of

ANN = Account()
UPGRADED = "upgraded "


@dataclass
class RecordingContext:
    """Remembers the passwords that were verified, and takes every plain hash for outdated."""

    context: PasswordContext
    verified: list[str] = field(default_factory=list)

    def hash(self, secret: str, /) -> str:
        return UPGRADED + self.context.hash(secret)

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]:
        self.verified.append(secret)
        valid, _ = self.context.verify_and_update(secret, stored.removeprefix(UPGRADED))
        outdated = valid and not stored.startswith(UPGRADED)
        return valid, self.hash(secret) if outdated else None

    def identify(self, stored: str, /) -> str | None:
        return self.context.identify(stored.removeprefix(UPGRADED))


@pytest.fixture
def context(password_context: PasswordContext) -> RecordingContext:
    return RecordingContext(password_context)


@pytest.fixture
def recorded(
    service: AsyncAuthService,
    auth_settings: AuthSettings,
    context: RecordingContext,
) -> Iterator[AsyncAuthService]:
    """The service with newer hashes than those that are stored."""
    hasher = PasswordHasher(auth_settings, context)
    yield replace(service, hasher=hasher, opening=replace(service.opening, hasher=hasher))
    hasher.close()


@pytest.mark.parametrize("name", ["ann", "bob", "bob@example.com"])
async def test_every_refusal_costs_one_verification(
    recorded: AsyncAuthService,
    context: RecordingContext,
    ann: UserProtocol,
    name: str,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(recorded, replace(ANN, username=name, password="a wrong passphrase"))

    assert context.verified == ["a wrong passphrase"]  # SEC-21


async def test_disabled_account_costs_one_verification(
    recorded: AsyncAuthService,
    context: RecordingContext,
    ann: UserProtocol,
    database: Database,
) -> None:
    await change_user(database, ANN, is_active=False)

    with pytest.raises(InvalidCredentials):
        await log_in(recorded, ANN)

    assert context.verified == [ANN.password]


async def test_password_that_is_too_long_is_never_hashed(
    recorded: AsyncAuthService,
    context: RecordingContext,
    ann: UserProtocol,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(recorded, replace(ANN, password="\u00e9" * 513))

    assert context.verified == []  # SEC-4


async def test_login_stores_the_upgraded_hash(
    recorded: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    await log_in(recorded, ANN)
    (upgraded,) = await rows_of(database, User)
    await log_in(recorded, ANN)
    (unchanged,) = await rows_of(database, User)

    assert upgraded.password_hash.startswith(UPGRADED)  # SEC-10
    assert unchanged.password_hash == upgraded.password_hash


async def test_refused_login_upgrades_nothing(
    recorded: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(recorded, replace(ANN, password="a wrong passphrase"))

    (user,) = await rows_of(database, User)
    assert not user.password_hash.startswith(UPGRADED)


async def test_upgrade_never_undoes_a_password_change(
    recorded: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
    password_context: PasswordContext,
) -> None:
    another = password_context.hash("another long passphrase")

    async def change_password() -> None:
        await change_user(database, ANN, password_hash=another)

    with pytest.raises(InvalidCredentials):
        await log_in(interrupted(recorded, change_password), ANN)

    (user,) = await rows_of(database, User)
    assert user.password_hash == another


# {% endcall %}
