# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Any proof of identity opens a session, which stores its time and methods."""

from typing import Any

import pytest

from app.auth.errors import InvalidCredentials
from app.auth.hashing import NO_PASSWORD
from app.auth.login import Client, Login, Proof
from app.auth.password_check import PasswordCheck
from app.auth.protocols import StoredUserProtocol, UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import CLIENT, log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.steps import Account

ANN = Account()
FEDERATED = Proof(("fed",))


async def stored(service: AsyncAuthService, user: UserProtocol) -> StoredUserProtocol:
    found = await service.tools.transactions.run(lambda store: store.users.get_by_id(user.id))
    assert found is not None
    return found


@pytest.fixture
async def ann_without_password(ann: UserProtocol, memory: MemoryTransactions) -> UserProtocol:
    memory.change_user(ANN, password_hash=NO_PASSWORD)
    return ann


@pytest.mark.usefixtures("pair")
async def test_session_stores_when_and_how_its_user_signed_in(
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    (session,) = memory.tables.sessions.values()

    assert (session.authenticated_at, session.methods) == (clock.now, ("pwd",))


async def test_refresh_keeps_the_time_and_methods_of_the_login(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    signed_in = clock.now
    clock.move(days=1)

    await service.refresh(pair.refresh_token, CLIENT)

    (session,) = memory.tables.sessions.values()
    assert session.rotated_at == clock.now
    assert (session.authenticated_at, session.methods) == (signed_in, ("pwd",))


async def test_checking_a_password_opens_no_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    checked = await PasswordCheck(service.tools).check(ANN.email, ANN.password)

    assert (checked.user.id, checked.proof.methods) == (ann.id, ("pwd",))
    assert memory.tables.sessions == {}


async def test_user_without_a_password_signs_in_with_another_proof(
    service: AsyncAuthService,
    ann_without_password: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    user = await stored(service, ann_without_password)

    session = await Login(service.tools).open(user, FEDERATED, Client())

    assert session is not None
    assert (session.user_id, session.methods) == (user.id, ("fed",))
    (unchanged,) = memory.tables.users.values()
    assert unchanged.password_hash == NO_PASSWORD


async def test_several_methods_are_read_as_they_were_stored(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    user = await stored(service, ann)

    await Login(service.tools).open(user, Proof(("hwk", "user")), Client())

    (session,) = memory.tables.sessions.values()
    assert session.methods == ("hwk", "user")


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password_hash": "another hash"}], ids=str
)
async def test_proof_of_an_account_that_changed_since_opens_no_session(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
    change: dict[str, Any],
) -> None:
    user = await stored(service, ann)
    memory.change_user(ANN, **change)

    session = await Login(service.tools).open(user, FEDERATED, Client())

    assert session is None
    assert memory.tables.sessions == {}


async def test_attempt_of_a_login_that_opens_no_session_stays_counted(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    checked = await PasswordCheck(service.tools).check(ANN.email, ANN.password)
    before = memory.tables.throttles
    memory.change_user(ANN, password_hash="another hash")

    session = await Login(service.tools).open(checked.user, checked.proof, Client())

    assert session is None
    assert memory.tables.throttles == before


async def test_proof_without_a_password_does_not_reset_the_throttle(
    service: AsyncAuthService,
    ann: UserProtocol,
    memory: MemoryTransactions,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, Account(password="a wrong passphrase"))
    user = await stored(service, ann)
    before = memory.tables.throttles

    await Login(service.tools).open(user, FEDERATED, Client())

    assert memory.tables.throttles == before


@pytest.mark.parametrize("password", [ANN.password, NO_PASSWORD, ""])
@pytest.mark.usefixtures("ann_without_password")
async def test_account_without_a_password_accepts_no_password(
    service: AsyncAuthService,
    memory: MemoryTransactions,
    password: str,
) -> None:
    with pytest.raises(InvalidCredentials):
        await log_in(service, Account(password=password))  # SEC-11

    assert memory.tables.sessions == {}


# {% endcall %}
