# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Attempts to log in, and how long the next one has to wait."""

import pytest

from app.auth.errors import InvalidCredentials, LoginThrottled
from app.auth.service import AsyncAuthService
from tests.auth.conftest import log_in
from tests.steps import Account

ANN = Account()


async def attempt(service: AsyncAuthService, name: str = ANN.email) -> int | None:
    """Try a wrong password. Return the seconds to wait, or None if it was checked."""
    try:
        await log_in(service, Account(email=name, password="a wrong guess"))
    except LoginThrottled as error:
        return error.retry_after
    except InvalidCredentials:
        return None
    pytest.fail("a wrong password was accepted")


async def guess(service: AsyncAuthService, times: int, *names: str) -> list[int | None]:
    """Try wrong passwords, with one name after another."""
    waits: list[int | None] = []
    for number in range(times):
        wait = await attempt(service, names[number % len(names)])
        waits.append(wait)
    return waits


# {% endcall %}
