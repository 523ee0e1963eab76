# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The mailbox page exists in development only, and shows what was sent."""

from httpx2 import AsyncClient
from sqlalchemy import update

from app.database import Database
from app.models import AuthMail
from tests.postbox import Postbox
from tests.steps import AUTH, Account, account_named, registration, with_app_settings

DEVELOPMENT = with_app_settings(environment="development")


@DEVELOPMENT
async def test_mailbox_shows_the_links_of_mails(
    client: AsyncClient,
    user: Account,
    postbox: Postbox,
) -> None:
    page = await client.get("/dev/mailbox")

    token = postbox.token_to(user.email)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'#token={token}">http://127.0.0.1:8000/' in page.text
    assert f"(to {user.email})" in page.text


@DEVELOPMENT
async def test_mail_of_a_kind_that_is_gone_is_left_out(
    client: AsyncClient,
    user: Account,
    database: Database,
) -> None:
    async with database.session() as session:
        await session.execute(update(AuthMail).values(kind="of_an_old_version"))
        await session.commit()

    page = await client.get("/dev/mailbox")

    assert page.status_code == 200
    assert user.email not in page.text


@DEVELOPMENT
async def test_mailbox_is_not_documented(client: AsyncClient) -> None:
    document = await client.get("/openapi.json")

    assert "/dev/mailbox" not in document.json()["paths"]


async def test_production_has_no_mailbox(client: AsyncClient) -> None:
    response = await client.get("/dev/mailbox")

    assert response.status_code == 404


@DEVELOPMENT
async def test_markup_in_an_address_is_text(client: AsyncClient, user: Account) -> None:
    account = account_named("bob", email="a<b>&'x'@example.com")
    await client.post(f"{AUTH}/register", json=registration(account))

    page = await client.get("/dev/mailbox")

    assert "a<b>" not in page.text


# {% endcall %}
