# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""`/me` shows whether the e-mail address is verified."""

from httpx2 import AsyncClient

from app.database import Database
from tests.conftest import MovableClock
from tests.steps import AUTH, Account, change_user, credential, log_in, registration


async def test_registration_verifies_no_email(client: AsyncClient) -> None:
    """The client cannot set the fields (SEC-15)."""
    sent = {"email_verified": True, "email_verified_at": "2030-01-01T00:00:00Z"}

    response = await client.post(f"{AUTH}/register", json=registration(Account()) | sent)

    assert response.json()["email_verified"] is False
    assert "email_verified_at" not in response.json()


async def test_verified_email_is_shown(
    client: AsyncClient,
    clock: MovableClock,
    database: Database,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    before = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    await change_user(database, user, email_verified_at=clock.now)

    after = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert before.json()["email_verified"] is False
    assert after.json()["email_verified"] is True


# {% endcall %}
