# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A forgotten password is replaced with the token of a mail."""

import pytest
from httpx2 import AsyncClient

from app.auth.mail.kinds import WITH_TOKEN, MailKind, MailTokens, new_mail_id
from app.auth.settings import AuthSettings
from app.database import Database
from app.models import AuthSession, User
from tests.auth.mail.steps import NEW_PASSWORD, forget, me, reset, verify
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.serving import race
from tests.steps import (
    AUTH,
    SIGNED_IN,
    Account,
    change_user,
    code_of,
    credentials,
    rows_of,
    sign_in,
    tampered,
)

CHANGED = Account(password=NEW_PASSWORD)


@pytest.fixture
async def token(client: AsyncClient, user: Account, postbox: Postbox) -> str:
    """The token of a mail for a forgotten password."""
    response = await forget(client, user.email)
    assert (response.status_code, response.json()) == (202, {})
    return postbox.token_to(user.email)


async def test_new_password_signs_in_and_the_old_one_does_not(
    client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    response = await reset(client, token)

    old = await client.post(f"{AUTH}/login", json=credentials(user))
    new = await client.post(f"{AUTH}/login", json=credentials(CHANGED))
    assert (response.status_code, response.content) == (204, b"")
    assert (old.status_code, new.status_code) == (401, SIGNED_IN)


async def test_reset_signs_nobody_in(client: AsyncClient, token: str) -> None:
    """SEC-107."""
    response = await reset(client, token)

    # {% if transport != "header" %}
    assert "Set-Cookie" not in response.headers
    # {% endif %}
    assert response.content == b""


async def test_reset_ends_all_sessions(
    signed_in_client: AsyncClient,
    token: str,
    database: Database,
) -> None:
    """SEC-107."""
    await reset(signed_in_client, token)

    sessions = await rows_of(database, AuthSession)
    assert [session.revoked_reason for session in sessions] == ["password_reset"]
    response = await me(signed_in_client)
    assert response.status_code == 401


async def test_reset_tells_the_user(
    client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-111."""
    await reset(client, token)

    assert postbox.subjects_to(user.email)[-1] == "Your password has changed"


async def test_reset_proves_the_email(
    client: AsyncClient,
    token: str,
    database: Database,
    clock: MovableClock,
) -> None:
    await reset(client, token)

    [user] = await rows_of(database, User)
    assert user.email_verified_at == clock.now


async def test_reset_lifts_the_waits_of_the_account(
    client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    wrong = Account(password="a wrong long passphrase")
    for _ in range(5):
        await client.post(f"{AUTH}/login", json=credentials(wrong))

    await reset(client, token)

    response = await client.post(f"{AUTH}/login", json=credentials(CHANGED))
    assert response.status_code == SIGNED_IN


async def test_token_is_used_once(client: AsyncClient, token: str) -> None:
    """SEC-93."""
    await reset(client, token)

    assert code_of(await reset(client, token)) == (401, "invalid_token")


async def test_racing_callers_use_a_token_once(client: AsyncClient, token: str) -> None:
    """SEC-93: the hashes are computed at the same time, one UPDATE decides."""

    async def use(number: int) -> int:
        response = await reset(client, token, f"the passphrase of caller {number}")
        return response.status_code

    statuses = await race(10, use)

    assert sorted(statuses) == [204, *[401] * 9]


async def test_unacceptable_password_uses_nothing_up(client: AsyncClient, token: str) -> None:
    response = await reset(client, token, "short")

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "new_password"]
    response = await reset(client, token)
    assert response.status_code == 204


@pytest.mark.parametrize(("seconds", "status"), [(30 * 60 - 1, 204), (30 * 60, 401)])
async def test_token_lives_half_an_hour(
    client: AsyncClient,
    token: str,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    """SEC-94."""
    clock.move(seconds=seconds)

    response = await reset(client, token)
    assert response.status_code == status


async def test_next_mail_replaces_the_token(
    client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-95."""
    await forget(client, user.email)

    response = await reset(client, token)
    assert response.status_code == 401
    response = await reset(client, postbox.token_to(user.email))
    assert response.status_code == 204


async def test_password_change_makes_the_token_void(
    signed_in_client: AsyncClient,
    user: Account,
    token: str,
) -> None:
    """SEC-95."""
    body = {"current_password": user.password, "new_password": NEW_PASSWORD}
    changed = await signed_in_client.post(f"{AUTH}/password", json=body)

    assert changed.status_code == SIGNED_IN
    response = await reset(signed_in_client, token)
    assert response.status_code == 401


async def test_disabled_user_cannot_use_a_token(
    client: AsyncClient,
    user: Account,
    token: str,
    database: Database,
) -> None:
    await change_user(database, user, is_active=False)

    assert code_of(await reset(client, token)) == (401, "invalid_token")


async def test_tokens_of_other_kinds_are_refused(
    client: AsyncClient,
    user: Account,
    token: str,
    postbox: Postbox,
) -> None:
    """SEC-92."""
    [verification, _] = postbox.tokens_to(user.email)

    assert code_of(await reset(client, verification)) == (401, "invalid_token")
    assert code_of(await verify(client, token, user)) == (401, "invalid_token")


async def test_forged_and_unknown_tokens_are_refused_alike(
    client: AsyncClient,
    token: str,
    auth_settings: AuthSettings,
) -> None:
    """SEC-96."""
    kind = MailKind.RESET_PASSWORD
    unknown = MailTokens(auth_settings).issue(new_mail_id(), kind)

    forged = await reset(client, tampered(token))
    nobodys = await reset(client, unknown)

    assert code_of(forged) == (401, "invalid_token")
    assert (forged.content, forged.headers["WWW-Authenticate"]) == (
        nobodys.content,
        nobodys.headers["WWW-Authenticate"],
    )


async def test_get_uses_nothing_up(client: AsyncClient, token: str) -> None:
    """SEC-102: mail scanners open links."""
    for method in ("GET", "HEAD"):
        for path in ("links/reset_password", "password/reset"):
            await client.request(method, f"{AUTH}/{path}")

    response = await reset(client, token)
    assert response.status_code == 204


async def test_account_without_a_password_gets_one(
    client: AsyncClient,
    user: Account,
    token: str,
    database: Database,
) -> None:
    await change_user(database, user, password_hash="!")

    await reset(client, token)
    await sign_in(client, CHANGED)

    response = await me(client)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Host", "X-Forwarded-Host", "Origin", "Referer", "Forwarded", "X-Original-Host"],
)
async def test_links_come_from_the_settings_alone(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
    header: str,
) -> None:
    """SEC-100."""
    values = {"Origin": "https://testserver", "Referer": "https://testserver/evil.example"}
    value = values.get(header, "evil.example")
    headers = {header: value}

    await client.post(f"{AUTH}/password/forgotten", json={"email": user.email}, headers=headers)

    text = postbox.texts_to(user.email)[-1]
    assert f"http://127.0.0.1:8000{AUTH}/links/reset_password#token=" in text
    assert ("evil.example" in text, "testserver" in text) == (False, False)


def test_every_kind_with_a_token_is_tested_here() -> None:
    assert set(WITH_TOKEN) == {"verify_email", "reset_password", "change_email"}


# {% endcall %}
