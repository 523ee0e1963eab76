# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Mails that are owed are sent once, or again later, and hold nothing up."""

import pytest

from app.auth.errors import StorageUnavailable
from app.auth.mail.kinds import MailKind
from app.auth.mail.outbox import BATCH, Outbox
from app.auth.protocols import Repositories, StoredUserProtocol, UserProtocol
from app.auth.request_context import RequestContext, current_request
from app.auth.wiring import Auth
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock
from tests.postbox import Postbox

NOTICE, RESET = MailKind.PASSWORD_CHANGED, MailKind.RESET_PASSWORD


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


@pytest.fixture
def outbox(auth: Auth, memory: MemoryTransactions) -> Outbox:
    return auth.tools.outbox


async def owe(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: UserProtocol | None,
    kind: MailKind = NOTICE,
    address: str = "",
) -> None:
    async def store_mail(store: Repositories) -> None:
        await outbox.owe(kind, user, store, address=address)

    await memory.run(store_mail)


@pytest.fixture
async def user(ann: StoredUserProtocol, memory: MemoryTransactions) -> StoredUserProtocol:
    """The user, without the mail of the registration."""
    memory.tables.mails.clear()
    return ann


async def test_owed_mail_is_sent_once(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
) -> None:
    await owe(memory, outbox, user)

    await outbox.deliver_owed()
    await outbox.deliver_owed()

    assert postbox.subjects_to(user.email) == ["Your password has changed"]
    assert await outbox.deliver_due() == 0


async def test_token_for_nobody_is_not_sent(
    memory: MemoryTransactions,
    outbox: Outbox,
    postbox: Postbox,
) -> None:
    await owe(memory, outbox, None, RESET, "nobody@example.com")

    await outbox.deliver_owed()

    assert postbox.messages == []


async def test_notice_may_go_to_an_address_without_an_account(
    memory: MemoryTransactions,
    outbox: Outbox,
    postbox: Postbox,
) -> None:
    await owe(memory, outbox, None, MailKind.ACCOUNT_DELETED, "former@example.com")

    await outbox.deliver_owed()

    assert postbox.subjects_to("former@example.com") == ["Your account is deleted"]


async def test_failed_mail_is_sent_later(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
    clock: MovableClock,
    event_sink: SeenEvents,
) -> None:
    """SEC-98."""
    await owe(memory, outbox, user)
    postbox.is_down = True
    await outbox.deliver_owed()
    postbox.is_down = False

    sent: list[int] = []
    for seconds in (59, 1):
        clock.move(seconds=seconds)
        sent.append(await outbox.deliver_due())

    failed = [event for event in event_sink.events if event.name == "mail_failed"]
    assert [(event.user_id, event.reason) for event in failed] == [
        (user.id, "ConnectionRefusedError"),
    ]
    assert sent == [0, 1]


async def test_pauses_grow_until_the_mail_expires(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
    clock: MovableClock,
) -> None:
    await owe(memory, outbox, user, RESET)
    postbox.is_down = True

    moments: list[int] = []
    for minute in range(60):
        await outbox.deliver_due()
        [mail] = memory.tables.mails.values()
        if len(moments) < mail.attempts:
            moments.append(minute)
        clock.move(minutes=1)

    assert moments == [0, 1, 3, 6, 10, 15, 21, 28]


async def test_more_than_a_batch_is_sent(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
) -> None:
    for _ in range(2 * BATCH + 1):
        await owe(memory, outbox, user)

    assert await outbox.deliver_due() == 2 * BATCH + 1
    assert len(postbox.messages) == 2 * BATCH + 1


async def test_mail_that_is_committed_while_others_are_sent_is_sent_too(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
) -> None:
    """Another request sends what it owes between this one's UPDATE and its commit."""
    token = current_request.set(RequestContext(id="other"))
    await owe(memory, outbox, user)
    current_request.reset(token)

    async def owe_meanwhile(store: Repositories) -> None:
        await outbox.owe(NOTICE, user, store)
        token = current_request.set(RequestContext(id="other"))
        await outbox.deliver_owed()
        current_request.reset(token)

    await memory.run(owe_meanwhile)
    await outbox.deliver_owed()

    assert len(postbox.messages) == 2


async def test_mail_that_another_process_claims_is_left_to_it(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SEC-99."""
    await owe(memory, outbox, user)
    [mail] = memory.tables.mails.values()
    await memory.run(lambda store: store.mails.claim(mail, now=clock(), until=clock()))
    monkeypatch.setattr(outbox, "_list_due", lambda store: _just(mail))

    assert await outbox.deliver_due() == 0
    assert postbox.messages == []


async def _just(mail: object) -> list[object]:
    return [mail]


async def test_token_replaces_the_earlier_one_of_its_kind(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    postbox: Postbox,
    clock: MovableClock,
) -> None:
    """SEC-95."""
    for kind in (RESET, MailKind.VERIFY_EMAIL, RESET):
        await owe(memory, outbox, user, kind)
        await outbox.deliver_owed()

    usable = [row.kind for row in memory.tables.mails.values() if row.is_usable(clock())]
    assert sorted(usable) == [RESET, MailKind.VERIFY_EMAIL]
    assert len(set(postbox.tokens_to(user.email))) == 3


async def test_text_that_is_missing_is_a_failure(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    monkeypatch: pytest.MonkeyPatch,
    event_sink: SeenEvents,
) -> None:
    await owe(memory, outbox, user)
    monkeypatch.setattr("app.auth.mail.outbox.MailKind", lambda kind: "unknown")

    await outbox.deliver_owed()

    assert event_sink.events[-1].reason == "FileNotFoundError"


async def test_outage_of_the_database_is_not_an_error_of_the_request(
    memory: MemoryTransactions,
    outbox: Outbox,
    user: StoredUserProtocol,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_: object) -> list[object]:
        raise StorageUnavailable

    await owe(memory, outbox, user)
    monkeypatch.setattr(outbox, "_list_due", fail)

    await outbox.deliver_owed()

    assert "mails wait" in caplog.text


# {% endcall %}
