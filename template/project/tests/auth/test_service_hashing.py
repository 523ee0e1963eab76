# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A login costs the same for unknown users, and upgrades outdated hashes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.hashing import PasswordContext, PasswordHasher
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from tests.auth.conftest import log_in, with_tools
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.steps import Account, with_settings

ANN = Account()
UPGRADED = "upgraded "


@dataclass
class RecordingContext:
    """Records verified passwords, and treats every plain hash as outdated."""

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
    """The service with a newer scheme than the stored hashes."""
    hasher = PasswordHasher(auth_settings, context)
    yield with_tools(service, hasher=hasher)
    hasher.close()


@pytest.mark.parametrize("name", ["ann@example.com", "bob", "bob@example.com"])
async def test_every_refusal_costs_one_verification(
    recorded: AsyncAuthService,
    context: RecordingContext,
    ann: UserProtocol,
    name: str,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(recorded, Account(email=name, password="a wrong passphrase"))

    assert context.verified == ["a wrong passphrase"]  # SEC-21


async def test_disabled_account_costs_one_verification(
    recorded: AsyncAuthService,
    context: RecordingContext,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    memory.change_user(ANN, is_active=False)

    with pytest.raises(InvalidCredentials):
        await log_in(recorded, ANN)

    assert context.verified == [ANN.password]


@with_settings(hash_workers=1, hash_queue=0)
async def test_login_needs_one_place(service: AsyncAuthService, ann: UserProtocol) -> None:
    await log_in(service, ANN)


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
    memory: MemoryTransactions,
) -> None:
    await log_in(recorded, ANN)
    (upgraded,) = memory.tables.users.values()
    await log_in(recorded, ANN)
    (unchanged,) = memory.tables.users.values()

    assert upgraded.password_hash.startswith(UPGRADED)  # SEC-10
    assert unchanged.password_hash == upgraded.password_hash


async def test_refused_login_upgrades_nothing(
    recorded: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(recorded, replace(ANN, password="a wrong passphrase"))

    (user,) = memory.tables.users.values()
    assert not user.password_hash.startswith(UPGRADED)


async def test_upgrade_never_undoes_a_password_change(
    recorded: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    password_context: PasswordContext,
) -> None:
    another = password_context.hash("another long passphrase")

    async def change_password() -> None:
        memory.change_user(ANN, password_hash=another)

    with pytest.raises(InvalidCredentials):
        await log_in(interrupted(recorded, change_password), ANN)

    (user,) = memory.tables.users.values()
    assert user.password_hash == another


# {% endcall %}
