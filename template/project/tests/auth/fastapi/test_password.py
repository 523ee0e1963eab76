# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The route by which users replace their own password."""

from httpx2 import AsyncClient, Response

from app.database import Database
from app.models import User
from tests.conftest import Account
from tests.steps import code_of, credential, log_in, refresh, rows_of

NEW = "another long passphrase"


async def change(client: AsyncClient, access_token: str, current: str, new: str = NEW) -> Response:
    return await client.post(
        "/auth/password",
        json={"current_password": current, "new_password": new},
        headers=credential(access_token),
    )


async def test_change_is_answered_without_a_body(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await change(client, tokens.access, user.password)

    assert (response.status_code, response.content) == (204, b"")


async def test_this_session_lives_on_and_others_end(client: AsyncClient, user: Account) -> None:
    here, elsewhere = await log_in(client, user), await log_in(client, user)

    await change(client, here.access, user.password)

    mine = await client.get("/auth/me", headers=credential(here.access))
    theirs = await client.get("/auth/me", headers=credential(elsewhere.access))
    assert mine.status_code == 200
    assert code_of(theirs) == (401, "session_ended")
    assert code_of(await refresh(client, elsewhere.refresh)) == (401, "session_ended")


async def test_wrong_current_password_does_not_sign_out(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await change(client, tokens.access, "a wrong passphrase")

    assert code_of(response) == (403, "wrong_password")
    assert "WWW-Authenticate" not in response.headers


async def test_poor_password_is_refused_with_its_field(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await change(client, tokens.access, user.password, new="short")

    [problem] = response.json()["detail"]
    assert (response.status_code, problem["loc"]) == (422, ["body", "new_password"])


async def test_nobody_changes_a_password(client: AsyncClient, database: Database) -> None:
    body = {"current_password": "a good long passphrase", "new_password": NEW}

    response = await client.post("/auth/password", json=body)

    assert code_of(response) == (401, "not_authenticated")
    assert await rows_of(database, User) == []


# {% if transport != "header" %}
async def test_another_site_can_not_change_it(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.post(
        "/auth/password",
        json={"current_password": user.password, "new_password": NEW},
        headers={
            "Cookie": f"__Host-access_token={tokens.access}",
            "Sec-Fetch-Site": "cross-site",
        },
    )

    assert code_of(response) == (403, "cross_site_request")


# {% endif %}
# {% endcall %}
