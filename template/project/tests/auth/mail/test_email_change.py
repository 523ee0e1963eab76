# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A change of e-mail counts when it is confirmed at the new address (SEC-109)."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from app.models import User
from tests.auth.mail.steps import (
    NEW_EMAIL,
    change_email,
    confirm,
    forget,
    me,
    reset,
    verify,
)
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.serving import race
from tests.steps import (
    AUTH,
    Account,
    account_named,
    code_of,
    drop_credentials,
    log_in,
    registration,
    rows_of,
    with_settings,
)

OTHER_EMAIL = "other@example.com"


@pytest.fixture
async def token(signed_in_client: AsyncClient, user: Account, postbox: Postbox) -> str:
    """The token in the mail to the new address."""
    response = await change_email(signed_in_client, user)
    assert (response.status_code, response.json()) == (202, {})
    return postbox.token_to(NEW_EMAIL)


async def email_of(client: AsyncClient) -> tuple[str, bool]:
    response = await me(client)
    body = response.json()
    return body["email"], body["email_verified"]


async def test_nothing_changes_before_the_confirmation(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    assert await email_of(signed_in_client) == (user.email, False)


async def test_confirmation_changes_and_verifies_the_email(
    signed_in_client: AsyncClient,
    token: str,
) -> None:
    response = await confirm(signed_in_client, token)

    assert (response.status_code, response.json()["email"]) == (200, NEW_EMAIL)
    assert await email_of(signed_in_client) == (NEW_EMAIL, True)


async def test_old_address_is_told(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-111."""
    await confirm(signed_in_client, token)

    assert postbox.subjects_to(user.email)[-1] == "Your e-mail address has changed"
    assert NEW_EMAIL not in postbox.texts_to(user.email)[-1]


async def test_password_confirms_without_a_session(
    client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    drop_credentials(client)

    refused = await confirm(client, token)
    response = await confirm(client, token, user)

    assert code_of(refused) == (401, "not_authenticated")
    assert response.status_code == 200


async def test_somebody_else_cannot_confirm(other_client: AsyncClient, token: str) -> None:
    """SEC-109: CVE-2026-32700."""
    response = await confirm(other_client, token)

    assert code_of(response) == (401, "invalid_token")


async def test_wrong_password_sends_nothing(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    response = await change_email(signed_in_client, Account(password="a wrong passphrase"))

    assert code_of(response) == (403, "wrong_password")
    assert postbox.subjects_to(NEW_EMAIL) == []


@with_settings(limit_mail="100/minute")
async def test_guesses_at_the_password_are_counted(
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    """SEC-118."""
    for _ in range(5):
        await change_email(signed_in_client, Account(password="a wrong passphrase"))

    assert code_of(await change_email(signed_in_client, user)) == (429, "login_throttled")


@with_settings(limit_mail="100/minute")
async def test_right_passwords_do_not_count_as_guesses(
    signed_in_client: AsyncClient,
    user: Account,
) -> None:
    for number in range(8):
        response = await change_email(signed_in_client, user, f"{number}@example.com")
        assert response.status_code == 202


async def test_last_change_counts(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-95, SEC-109."""
    await change_email(signed_in_client, user, OTHER_EMAIL)

    refused = await confirm(signed_in_client, token)
    accepted = await confirm(signed_in_client, postbox.token_to(OTHER_EMAIL))

    assert (refused.status_code, accepted.status_code) == (401, 200)
    assert await email_of(signed_in_client) == (OTHER_EMAIL, True)


async def test_racing_changes_mean_their_own_address(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-109: CVE-2026-32700."""
    addresses = [f"{number}@example.com" for number in range(4)]

    async def ask(number: int) -> int:
        response = await change_email(signed_in_client, user, addresses[number])
        return response.status_code

    assert await race(4, ask) == [202] * 4

    async def use(number: int) -> str | None:
        tokens = postbox.tokens_to(addresses[number])
        response = await confirm(signed_in_client, tokens[0]) if tokens else None
        return response.json().get("email") if response is not None else None

    confirmed = await race(4, use)
    pairs = [(got, own) for got, own in zip(confirmed, addresses, strict=True) if got]
    assert len(pairs) == 1
    assert all(got == own for got, own in pairs)


async def test_address_that_was_taken_meanwhile_is_refused(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    taker = account_named("bob", email=NEW_EMAIL)
    await signed_in_client.post(f"{AUTH}/register", json=registration(taker))

    response = await confirm(signed_in_client, token)

    assert code_of(response) == (409, "email_taken")
    assert await email_of(signed_in_client) == (user.email, False)


async def test_confirmation_makes_all_tokens_void(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-95: the owner of the old address could still use tokens that were sent there."""
    [verification] = postbox.tokens_to(user.email)
    await forget(signed_in_client, user.email)
    forgotten = postbox.token_to(user.email)

    await confirm(signed_in_client, token)

    assert code_of(await verify(signed_in_client, verification)) == (401, "invalid_token")
    assert code_of(await reset(signed_in_client, forgotten)) == (401, "invalid_token")


async def test_reset_makes_a_pending_change_void(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-108: the unexpired e-mail change of the pre-hijacking paper."""
    await forget(signed_in_client, user.email)
    await reset(signed_in_client, postbox.token_to(user.email), user.password + " again")
    drop_credentials(signed_in_client)

    response = await confirm(signed_in_client, token, Account(password=user.password + " again"))

    assert code_of(response) == (401, "invalid_token")


@pytest.mark.parametrize(("seconds", "status"), [(60 * 60 - 1, 200), (60 * 60, 401)])
async def test_token_lives_an_hour(
    client: AsyncClient,
    user: Account,
    token: str,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    """SEC-94."""
    drop_credentials(client)
    clock.move(seconds=seconds)

    response = await confirm(client, token, user)

    assert response.status_code == status


async def test_spelling_of_the_own_address_may_change(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
    database: Database,
) -> None:
    await change_email(signed_in_client, user, "Ann@example.com")

    response = await confirm(signed_in_client, postbox.token_to("Ann@example.com"))

    [stored] = await rows_of(database, User)
    assert response.status_code == 200
    assert (stored.email, stored.email_key) == ("Ann@example.com", "ann@example.com")


async def test_new_address_signs_in(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    await confirm(signed_in_client, token)

    await log_in(signed_in_client, account_named("new", password=user.password))


@pytest.mark.parametrize("email", ["", "no address", "a@example.com,b@example.com", "a@b\r\nc"])
async def test_unusable_address_is_refused(
    signed_in_client: AsyncClient,
    user: Account,
    email: str,
) -> None:
    """SEC-103."""
    response = await change_email(signed_in_client, user, email)

    assert response.status_code == 422


# {% endcall %}
