# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Steps of tests about mails and accounts."""

from httpx2 import AsyncClient, Response

from tests.steps import AUTH, Account

NEW_PASSWORD = "another long passphrase"
NEW_EMAIL = "new@example.com"


async def forget(client: AsyncClient, email: str) -> Response:
    return await client.post(f"{AUTH}/password/forgotten", json={"email": email})


async def reset(client: AsyncClient, token: str, password: str = NEW_PASSWORD) -> Response:
    body = {"token": token, "new_password": password}
    return await client.post(f"{AUTH}/password/reset", json=body)


async def verify(
    client: AsyncClient,
    token: str,
    account: Account | None = None,
) -> Response:
    """Verify with the session of the client, or with the password of an account."""
    password = {} if account is None else {"password": account.password}
    return await client.post(f"{AUTH}/email/verify", json={"token": token} | password)


async def ask_for_verification(client: AsyncClient, email: str) -> Response:
    return await client.post(f"{AUTH}/email/verification", json={"email": email})


async def change_email(
    client: AsyncClient,
    account: Account,
    new_email: str = NEW_EMAIL,
) -> Response:
    body = {"new_email": new_email, "current_password": account.password}
    return await client.post(f"{AUTH}/email", json=body)


async def confirm(
    client: AsyncClient,
    token: str,
    account: Account | None = None,
) -> Response:
    """Confirm with the session of the client, or with the password of an account."""
    password = {} if account is None else {"password": account.password}
    return await client.post(f"{AUTH}/email/confirm", json={"token": token} | password)


async def delete_account(client: AsyncClient, account: Account) -> Response:
    body = {"current_password": account.password}
    return await client.request("DELETE", f"{AUTH}/me", json=body)


async def me(client: AsyncClient) -> Response:
    return await client.get(f"{AUTH}/me")


# {% endcall %}
