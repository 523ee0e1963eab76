# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The route for changing one's own password."""

from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import User
from tests.steps import (
    AUTH,
    Account,
    # {% if transport != "header" %}
    Tokens,
    # {% endif %}
    code_of,
    credential,
    log_in,
    refresh,
    rows_of,
    tokens_of,
)

NEW = "another long passphrase"


async def change(client: AsyncClient, access_token: str, current: str, new: str = NEW) -> Response:
    """Send a change, of which the client itself keeps nothing."""
    response = await client.post(
        f"{AUTH}/password",
        json={"current_password": current, "new_password": new},
        headers=credential(access_token),
    )
    # {% if transport != "header" %}
    client.cookies.clear()
    # {% endif %}
    return response


async def test_change_returns_the_tokens_of_a_new_session(
    client: AsyncClient,
    user: Account,
) -> None:
    old = await log_in(client, user)

    response = await change(client, old.access, user.password)

    new = tokens_of(response)
    me = await client.get(f"{AUTH}/me", headers=credential(new.access))
    assert me.status_code == 200
    tokens_of(await refresh(client, new.refresh))


async def test_change_ends_all_sessions_that_were_open(client: AsyncClient, user: Account) -> None:
    """A thief who shares the current one is signed out too (ASVS 7.2.4)."""
    sessions = [await log_in(client, user) for _ in range(2)]

    await change(client, sessions[0].access, user.password)

    reads = [await client.get(f"{AUTH}/me", headers=credential(s.access)) for s in sessions]
    refreshes = [await refresh(client, session.refresh) for session in sessions]
    assert [code_of(each) for each in (*reads, *refreshes)] == [(401, "session_ended")] * 4


async def test_wrong_current_password_does_not_sign_the_user_out(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    response = await change(client, tokens.access, "a wrong passphrase")

    assert code_of(response) == (403, "wrong_password")
    assert "WWW-Authenticate" not in response.headers


async def test_poor_password_is_refused_with_its_field(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await change(client, tokens.access, user.password, new="short")

    [problem] = response.json()["detail"]
    assert (response.status_code, problem["loc"]) == (422, ["body", "new_password"])


async def test_password_change_needs_a_token(client: AsyncClient, database: Database) -> None:
    body = {"current_password": "a good long passphrase", "new_password": NEW}

    response = await client.post(f"{AUTH}/password", json=body)

    assert code_of(response) == (401, "not_authenticated")
    assert await rows_of(database, User) == []


# {% if transport != "header" %}
async def change_with_cookie(
    client: AsyncClient,
    tokens: Tokens,
    user: Account,
    headers: dict[str, str],
) -> Response:
    return await client.post(
        f"{AUTH}/password",
        json={"current_password": user.password, "new_password": NEW},
        headers={"Cookie": f"__Host-access_token={tokens.access}", **headers},
    )


async def test_another_site_cannot_change_it(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await change_with_cookie(client, tokens, user, {"Sec-Fetch-Site": "cross-site"})

    assert code_of(response) == (403, "cross_site_request")


async def test_change_with_a_cookie_returns_only_cookies(
    client: AsyncClient,
    user: Account,
) -> None:
    """Scripts of the page see no more tokens after it than before."""
    tokens = await log_in(client, user)

    response = await change_with_cookie(client, tokens, user, {})

    me = await client.get(f"{AUTH}/me")
    assert (response.status_code, response.content) == (204, b"")
    assert me.status_code == 200


# {% endif %}
# {% endcall %}
