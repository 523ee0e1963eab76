# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Nobody learns from a request for a mail whether an address has an account (SEC-97)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import event

from app.database import Database
from tests.auth.mail.steps import NEW_EMAIL, ask_for_verification, change_email, forget, reset
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import (
    AUTH,
    Account,
    account_named,
    change_user,
    code_of,
    headers_of,
    register,
    registration,
    tampered,
    with_settings,
)

NOW = MovableClock().now


@pytest.fixture
async def addresses(client: AsyncClient, database: Database) -> dict[str, str]:
    """An address of each sort."""
    names = ["active", "disabled", "verified"]
    accounts = {name: await register(client, name) for name in names}
    await change_user(database, accounts["disabled"], is_active=False)
    await change_user(database, accounts["verified"], email_verified_at=NOW)
    return {name: account.email for name, account in accounts.items()} | {
        "unknown": "nobody@example.com",
    }


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Collect the statements of transactions up to the first look for mails to send."""
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = database.writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def before_delivery(statements: list[str]) -> list[str]:
    sending = [each for each in statements if "next_attempt_at <= " in each]
    return statements[: statements.index(sending[0])] if sending else statements


@pytest.mark.parametrize("ask", [forget, ask_for_verification])
async def test_answers_and_statements_are_the_same_for_any_address(
    client: AsyncClient,
    addresses: dict[str, str],
    database: Database,
    ask: Callable[[AsyncClient, str], Awaitable[Response]],
) -> None:
    answers, work = {}, {}
    for name, email in addresses.items():
        with statements_of(database) as statements:
            response = await ask(client, email)
        answers[name] = (response.status_code, response.content, headers_of(response))
        work[name] = before_delivery(statements)

    assert answers == dict.fromkeys(addresses, answers["unknown"])
    assert work == dict.fromkeys(addresses, work["unknown"])
    assert len(work["unknown"]) >= 4


async def test_only_active_accounts_get_a_mail(
    client: AsyncClient,
    addresses: dict[str, str],
    postbox: Postbox,
) -> None:
    postbox.messages.clear()

    for email in addresses.values():
        await forget(client, email)

    recipients = [message["To"] for message in postbox.messages]
    assert recipients == [addresses["active"], addresses["verified"]]


async def test_mail_goes_to_the_stored_spelling(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    await forget(client, user.email.upper())

    assert postbox.messages[-1]["To"] == user.email


async def test_change_to_a_taken_address_is_answered_alike(
    signed_in_client: AsyncClient,
    user: Account,
    other_client: AsyncClient,
    postbox: Postbox,
) -> None:
    bob = account_named("bob")
    postbox.messages.clear()

    taken = await change_email(signed_in_client, user, bob.email)
    free = await change_email(signed_in_client, user, NEW_EMAIL)

    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    assert headers_of(taken) == headers_of(free)
    assert [message["To"] for message in postbox.messages] == [NEW_EMAIL]


async def test_forged_token_costs_no_statement(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
    database: Database,
) -> None:
    """SEC-96."""
    await forget(client, user.email)
    token = postbox.token_to(user.email)

    with statements_of(database) as statements:
        response = await reset(client, tampered(token))

    assert code_of(response) == (401, "invalid_token")
    assert statements == []


async def throttle(client: AsyncClient, email: str, clock: MovableClock) -> list[int]:
    """Ask four times, half a minute apart; return the statuses."""
    statuses: list[int] = []
    for _ in range(4):
        response = await forget(client, email)
        statuses.append(response.status_code)
        clock.move(seconds=30)
    return statuses


@with_settings(limit_mail="100/minute")
async def test_mails_to_an_address_are_limited_whether_or_not_it_has_an_account(
    client: AsyncClient,
    user: Account,
    clock: MovableClock,
) -> None:
    """SEC-104."""
    known = await throttle(client, user.email, clock)
    unknown = await throttle(client, "nobody@example.com", clock)

    assert known == [202, 202, 202, 429]
    assert known == unknown


async def test_limit_of_an_address_covers_all_its_spellings(
    client: AsyncClient,
    clock: MovableClock,
) -> None:
    for email in ("a@example.com", "A@example.com", "a@EXAMPLE.com"):
        await forget(client, email)
        clock.move(seconds=20)

    response = await forget(client, "A@Example.Com")

    assert code_of(response) == (429, "mail_throttled")
    assert 0 < int(response.headers["Retry-After"]) <= 60


@with_settings(limit_mail="2/minute")
async def test_requests_of_a_client_are_limited(client: AsyncClient) -> None:
    """SEC-104."""
    responses = [await forget(client, f"{name}@example.com") for name in ("a", "b", "c")]

    assert [response.status_code for response in responses] == [202, 202, 429]


@with_settings(limit_token="2/minute")
async def test_attempts_with_tokens_are_limited(client: AsyncClient) -> None:
    """SEC-104."""
    responses = [await reset(client, "a token") for _ in range(3)]

    assert [response.status_code for response in responses] == [401, 401, 429]


VERIFIED_ONLY = with_settings(require_verified_email=True)


@VERIFIED_ONLY
async def test_registration_does_not_reveal_that_an_email_is_taken(
    client: AsyncClient,
    postbox: Postbox,
) -> None:
    """SEC-113."""
    first = await client.post(f"{AUTH}/register", json=registration(Account()))
    again = account_named("another", email=Account().email)
    second = await client.post(f"{AUTH}/register", json=registration(again))

    assert (first.status_code, first.json()) == (202, {})
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert headers_of(second) == headers_of(first)
    assert postbox.subjects_to(again.email) == [
        "Verify your e-mail address",
        "You already have an account",
    ]


@VERIFIED_ONLY
async def test_taken_username_is_refused_whether_or_not_the_email_is_taken(
    client: AsyncClient,
) -> None:
    """SEC-113."""
    await client.post(f"{AUTH}/register", json=registration(Account()))

    answers = [
        await client.post(f"{AUTH}/register", json=registration(Account(email=email)))
        for email in ("ann@example.com", "new@example.com")
    ]

    assert [code_of(answer) for answer in answers] == [(409, "username_taken")] * 2


@with_settings(require_verified_email=True, limit_register="100/minute")
async def test_notices_to_the_owner_are_limited_and_the_answer_stays_the_same(
    client: AsyncClient,
    postbox: Postbox,
    clock: MovableClock,
) -> None:
    await client.post(f"{AUTH}/register", json=registration(Account()))
    statuses: list[int] = []
    for number in range(6):
        again = account_named(f"another{number}", email=Account().email)
        clock.move(seconds=5)
        response = await client.post(f"{AUTH}/register", json=registration(again))
        statuses.append(response.status_code)

    assert statuses == [202] * 6
    assert len(postbox.subjects_to("ann@example.com")) == 1 + 3


# {% endcall %}
