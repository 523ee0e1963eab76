# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An e-mail is verified with the token of a mail, by the user who registered it."""

import pytest
from httpx2 import AsyncClient

from app.database import Database
from tests.auth.mail.steps import ask_for_verification, me, verify
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import AUTH, Account, change_user, code_of, credentials, with_settings


async def is_verified(client: AsyncClient) -> bool:
    response = await me(client)
    verified: bool = response.json()["email_verified"]
    return verified


async def test_registration_sends_a_mail(user: Account, postbox: Postbox) -> None:
    assert postbox.subjects_to(user.email) == ["Verify your e-mail address"]


async def test_user_who_is_signed_in_verifies_with_the_token(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    before = await is_verified(signed_in_client)

    response = await verify(signed_in_client, postbox.token_to(user.email))

    assert (response.status_code, response.content) == (204, b"")
    assert (before, await is_verified(signed_in_client)) == (False, True)


async def test_user_verifies_with_the_password(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    response = await verify(client, postbox.token_to(user.email), user)

    assert response.status_code == 204


async def test_token_alone_verifies_nothing(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-106: otherwise a mail scanner would confirm the account of a squatter."""
    token = postbox.token_to(user.email)

    response = await verify(client, token)

    assert code_of(response) == (401, "not_authenticated")
    response = await verify(client, token, user)
    assert response.status_code == 204


async def test_password_of_somebody_else_verifies_nothing(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-106."""
    other = Account(password="a wrong long passphrase")

    response = await verify(client, postbox.token_to(user.email), other)

    assert code_of(response) == (403, "wrong_password")


async def test_session_of_somebody_else_verifies_nothing(
    other_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-106."""
    response = await verify(other_client, postbox.token_to(user.email))

    assert code_of(response) == (401, "invalid_token")


async def test_guesses_at_the_password_are_counted(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    token, wrong = postbox.token_to(user.email), Account(password="a wrong long passphrase")
    for _ in range(5):
        await verify(client, token, wrong)

    assert code_of(await verify(client, token, user)) == (429, "login_throttled")


async def test_right_password_is_no_guess(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    wrong = credentials(Account(password="a wrong long passphrase"))
    guesses = [await client.post(f"{AUTH}/login", json=wrong) for _ in range(4)]

    await verify(client, postbox.token_to(user.email), user)

    guesses += [await client.post(f"{AUTH}/login", json=wrong) for _ in range(2)]
    assert [guess.status_code for guess in guesses] == [401] * 5 + [429]


async def test_token_is_used_once(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-93."""
    token = postbox.token_to(user.email)
    await verify(signed_in_client, token)

    assert code_of(await verify(signed_in_client, token)) == (401, "invalid_token")


@with_settings(verify_hours=1, access_minutes=120)
@pytest.mark.parametrize(("seconds", "status"), [(3599, 204), (3600, 401)])
async def test_token_lives_as_long_as_the_setting_says(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    """SEC-94."""
    clock.move(seconds=seconds)

    response = await verify(client, postbox.token_to(user.email), user)

    assert response.status_code == status


async def test_new_mail_replaces_the_token(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    """SEC-95."""
    old = postbox.token_to(user.email)
    response = await signed_in_client.post(f"{AUTH}/email/verification")
    new = postbox.token_to(user.email)

    refused = await verify(signed_in_client, old)
    accepted = await verify(signed_in_client, new)

    assert (response.status_code, response.json()) == (202, {})
    assert (refused.status_code, accepted.status_code) == (401, 204)


async def test_verified_address_gets_no_further_mail(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    await verify(signed_in_client, postbox.token_to(user.email))

    response = await ask_for_verification(signed_in_client, user.email)

    assert (response.status_code, len(postbox.messages)) == (202, 1)


async def test_token_is_bound_to_the_address(
    signed_in_client: AsyncClient,
    user: Account,
    postbox: Postbox,
    database: Database,
) -> None:
    """SEC-92: the address was changed by other code, which knows nothing of the token."""
    changed = {"email": "c@example.com", "email_key": "c@example.com", "email_verified_at": None}
    await change_user(database, user, **changed)

    response = await verify(signed_in_client, postbox.token_to(user.email))

    assert code_of(response) == (401, "invalid_token")


async def test_disabled_user_cannot_use_a_token(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
    database: Database,
) -> None:
    await change_user(database, user, is_active=False)

    response = await verify(client, postbox.token_to(user.email), user)

    assert code_of(response) == (401, "invalid_token")


async def test_request_needs_an_address_or_a_session(client: AsyncClient) -> None:
    response = await client.post(f"{AUTH}/email/verification")

    assert code_of(response) == (401, "not_authenticated")


async def test_forged_access_token_is_refused(client: AsyncClient) -> None:
    # {% if transport == "cookie" %}
    #| headers = {"Cookie": "__Host-access_token=forged"}
    # {% else %}
    headers = {"Authorization": "Bearer forged"}
    # {% endif %}

    response = await client.post(f"{AUTH}/email/verification", headers=headers)

    assert code_of(response) == (401, "invalid_token")


# {% endcall %}
