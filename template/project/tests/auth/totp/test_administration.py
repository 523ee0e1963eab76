# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Operators remove a lost second factor, and seal all seeds with a new key."""

import pytest

from app.auth.errors import UserNotFound
from app.auth.protocols import Repositories, UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.totp.administration import FactorAdministration
from app.auth.totp.protocols import NewTotp
from app.auth.totp.secret_box import SecretBox
from tests.auth.conftest import register, settings_with, with_tools
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents
from tests.conftest import SECRET_KEY, MovableClock
from tests.postbox import Postbox
from tests.steps import Account, account_named

ANN = Account()
NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
SEED = b"12345678901234567890"


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


async def enable(service: AsyncAuthService, user: UserProtocol) -> None:
    """Give a user a confirmed authenticator and a recovery code."""
    box, now = service.tools.secret_box, MovableClock().now
    secret = box.seal(SEED, user.id)

    async def store_factor(store: Repositories) -> None:
        await store.totps.add(
            NewTotp(user_id=user.id, secret=secret, kid=box.kid, created_at=now),
        )
        totp = await store.totps.get(user.id)
        assert totp is not None
        await store.totps.confirm(totp, step=0, now=now)
        await store.recovery_codes.replace_all(user.id, ["0" * 64])

    await service.tools.transactions.run(store_factor)


def with_new_key(service: AsyncAuthService, *previous: str) -> AsyncAuthService:
    box = SecretBox(settings_with(secret_key=NEW_KEY, secret_key_previous=previous))
    return with_tools(service, secret_box=box)


@pytest.mark.usefixtures("pair")
async def test_reset_removes_the_factor_and_all_sessions(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    """SEC-127."""
    await enable(service, ann)

    removed = await FactorAdministration(service.tools).reset("ann@example.com")

    (session,) = memory.tables.sessions.values()
    assert removed is True
    assert (memory.tables.totps, memory.tables.recovery_codes) == ({}, {})
    assert session.revoked_reason == "second_factor_changed"
    event = event_sink.events[-1]
    assert (event.name, event.user_id, event.reason) == (
        "authn_factor_removed",
        ann.id,
        "by_operator",
    )


async def test_reset_is_told_by_mail(
    service: AsyncAuthService,
    ann: UserProtocol,
    postbox: Postbox,
) -> None:
    """SEC-127."""
    await enable(service, ann)

    await FactorAdministration(service.tools).reset(ANN.email)
    await service.tools.outbox.deliver_due()

    assert "The second factor of your account has changed" in postbox.subjects_to(ANN.email)


@pytest.mark.usefixtures("pair", "ann")
async def test_reset_of_nothing_changes_nothing(
    service: AsyncAuthService,
    memory: MemoryTransactions,
) -> None:
    before = memory.tables.copy()

    removed = await FactorAdministration(service.tools).reset(ANN.email)

    assert not removed
    assert memory.tables == before


async def test_reset_needs_a_user(service: AsyncAuthService) -> None:
    with pytest.raises(UserNotFound):
        await FactorAdministration(service.tools).reset("nobody")


async def test_seeds_are_sealed_with_the_new_key(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    await enable(service, ann)
    changed = with_new_key(service, SECRET_KEY)

    first = await FactorAdministration(changed.tools).rewrap()
    second = await FactorAdministration(changed.tools).rewrap()

    totp, box = memory.tables.totps[ann.id], with_new_key(service).tools.secret_box
    assert (first.sealed, second.sealed) == (1, 0)
    assert totp.confirmed_at == MovableClock().now
    assert box.open(totp.secret, totp.kid, ann.id) == SEED


async def test_seeds_without_a_key_are_left_and_counted(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    await enable(service, ann)
    before = dict(memory.tables.totps)

    rewrapped = await FactorAdministration(with_new_key(service).tools).rewrap()

    assert (rewrapped.sealed, rewrapped.lost) == (0, 1)
    assert memory.tables.totps == before


async def test_more_seeds_than_one_transaction_takes_are_sealed(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.auth.totp.administration.BATCH", 2)
    for number in range(5):
        await enable(service, await register(service, account_named(f"user{number}")))

    rewrapped = await FactorAdministration(with_new_key(service, SECRET_KEY).tools).rewrap()

    kids = {totp.kid for totp in memory.tables.totps.values()}
    assert (rewrapped.sealed, rewrapped.lost, len(kids)) == (5, 0, 1)


# {% endcall %}
