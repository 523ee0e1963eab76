# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Steps of tests about second factors."""

from dataclasses import dataclass
from typing import cast

import pyotp
from httpx2 import AsyncClient, Response

from app.auth.totp.protocols import Factor
from app.database import Database
from tests.conftest import MovableClock
from tests.steps import (
    AUTH,
    Account,
    change_user,
    credential,
    credentials,
    drop_credentials,
    sign_in,
    tokens_of,
)

PATHS = {Factor.TOTP: "totp", Factor.RECOVERY_CODE: "recovery-code"}
VERIFIED = {"email_verified_at": MovableClock().now}
WRONG_CODE = "000000"


@dataclass(frozen=True)
class Authenticator:
    """An app that knows only the URI of the QR code that it has scanned, and the time."""

    uri: str
    clock: MovableClock

    def code(self, *, steps_later: int = 0) -> str:
        otp = cast(pyotp.TOTP, pyotp.parse_uri(self.uri))
        return otp.at(self.clock.now, counter_offset=steps_later)


@dataclass(frozen=True)
class Enrolled:
    """An account with a second factor, and what its user keeps."""

    account: Account
    authenticator: Authenticator
    recovery_codes: list[str]


async def enrol(
    client: AsyncClient,
    database: Database,
    clock: MovableClock,
    account: Account,
) -> Enrolled:
    """Set up a second factor. The client is signed in afterwards, and the first code is used."""
    await change_user(database, account, **VERIFIED)
    await sign_in(client, account)
    begun = await begin(client)
    authenticator = Authenticator(begun.json()["uri"], clock)
    confirmed = await confirm(client, authenticator.code())
    assert confirmed.status_code == 200
    return Enrolled(account, authenticator, confirmed.json()["recovery_codes"])


async def begin(client: AsyncClient) -> Response:
    return await client.post(f"{AUTH}/totp")


async def confirm(client: AsyncClient, code: str) -> Response:
    return await client.post(f"{AUTH}/totp/confirm", json={"code": code})


async def disable(client: AsyncClient, code: str) -> Response:
    return await client.request("DELETE", f"{AUTH}/totp", json={"code": code})


async def replace_recovery_codes(client: AsyncClient) -> Response:
    return await client.post(f"{AUTH}/recovery-codes")


async def second_factors(client: AsyncClient) -> Response:
    return await client.get(f"{AUTH}/second-factors")


async def give_password(
    client: AsyncClient,
    account: Account,
    device_token: str | None = None,
) -> Response:
    """Take the first step of a login, as a client that is not signed in."""
    drop_credentials(client)
    # {% if transport == "cookie" %}
    #| if device_token is not None:
    #|     client.cookies["__Host-device_token"] = device_token
    #| return await client.post(f"{AUTH}/login", json=credentials(account))
    # {% else %}
    device = {} if device_token is None else {"device_token": device_token}
    return await client.post(f"{AUTH}/login", json=credentials(account) | device)
    # {% endif %}


def device_of(response: Response) -> str:
    """Return the device token of a login."""
    # {% if transport == "cookie" %}
    #| return response.cookies["__Host-device_token"]
    # {% else %}
    token: str = response.json()["device_token"]
    return token
    # {% endif %}


async def reauthenticate(client: AsyncClient, account: Account) -> Response:
    body = {"password": account.password}
    return await client.post(f"{AUTH}/reauthenticate", json=body)


async def challenge(client: AsyncClient, account: Account) -> str:
    """Return the token of a login that waits for the second factor."""
    response = await give_password(client, account)
    assert response.status_code == 202
    return challenge_of(response)


def challenge_of(response: Response) -> str:
    token: str = response.json()["second_factor"]["token"]
    return token


def keep_tokens(client: AsyncClient, response: Response) -> None:
    """Let the client use the tokens of a login from now on."""
    tokens = tokens_of(response)
    drop_credentials(client)
    client.headers.update(credential(tokens.access))


async def finish(
    client: AsyncClient,
    token: str,
    code: str,
    factor: Factor = Factor.TOTP,
) -> Response:
    """Take the second step of a login."""
    body = {"token": token, "code": code}
    return await client.post(f"{AUTH}/login/{PATHS[factor]}", json=body)


# {% endcall %}
