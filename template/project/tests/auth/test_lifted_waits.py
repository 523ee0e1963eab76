# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Operators lift the waits of an account, and of no other (SEC-23)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from app.auth.administration import Administration
from app.auth.errors import (
    InvalidCredentials,
    LoginThrottled,
)
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from tests.auth.conftest import log_in, register
from tests.steps import Account, account_named, names

ANN = Account()

BOB = account_named("bob")

NEW_PASSWORD = "another good long passphrase"


async def use_up(service: AsyncAuthService, name: str, device_token: str | None = None) -> None:
    """Guess as often as is free."""
    guess = Account(email=name, password="a wrong guess")
    for _ in range(5):
        with suppress(InvalidCredentials, LoginThrottled):
            await log_in(service, guess, device_token=device_token)


async def set_password(administration: Administration) -> Account:
    await administration.set_password(ANN.email, NEW_PASSWORD)
    return Account(password=NEW_PASSWORD)


async def enable(administration: Administration) -> Account:
    await administration.enable(ANN.email)
    return ANN


async def unlock(administration: Administration) -> Account:
    await administration.unlock(ANN.email)
    return ANN


@pytest.mark.parametrize("act", [set_password, enable, unlock])
async def test_operator_lifts_the_waits_of_strangers_and_devices(
    administration: Administration,
    service: AsyncAuthService,
    pair: TokenPair,
    act: Callable[[Administration], Awaitable[Account]],
) -> None:
    for name in names(ANN):
        await use_up(service, name)
    await use_up(service, ANN.email, pair.device_token)

    account = await act(administration)

    for name in names(ANN):
        for device_token in (None, pair.device_token):
            await log_in(service, replace(account, email=name), device_token=device_token)


async def test_operator_lifts_no_waits_of_others(
    administration: Administration,
    service: AsyncAuthService,
    ann: UserProtocol,
) -> None:
    await register(service, BOB)
    await use_up(service, BOB.email)

    await administration.unlock(ANN.email)

    with pytest.raises(LoginThrottled):
        await log_in(service, BOB)


# {% endcall %}
