# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""During the grace, a superseded token gets the same successor again."""

from dataclasses import replace

import pytest

from app.auth.errors import SessionEnded
from app.auth.login import Client
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from tests.auth.conftest import CLIENT, settings_with, state_of, with_tools
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock

NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
SAME_CLIENT = {
    "all the same": CLIENT,
    "another network": replace(CLIENT, ip="198.51.100.1"),
    "another agent": replace(CLIENT, user_agent="Browser/2.0"),
    "no address": replace(CLIENT, ip=None),
    "no agent": replace(CLIENT, user_agent=None),
}
OTHER_CLIENT = {
    "another network and agent": Client("198.51.100.1", "Browser/2.0"),
    "an IPv6 address and another agent": Client("2001:db8::1", "Browser/2.0"),
    "another network and no agent": Client("198.51.100.1", None),
    "no address and no agent": Client(None, None),
}


async def test_within_the_grace_the_same_successor_is_given_again(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    successor = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=29.999)

    again = await service.refresh(pair.refresh_token, CLIENT)

    assert again.refresh_token == successor.refresh_token
    assert again.access_token != successor.access_token
    assert state_of(memory) == (2, None)


async def test_remaining_lifetime_counts_from_now(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=29)

    again = await service.refresh(pair.refresh_token, CLIENT)

    assert again.refresh_expires_in == 7 * 24 * 60 * 60 - 29


async def test_grace_holds_when_the_clock_of_another_host_is_behind(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    clock.move(seconds=5)
    successor = await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=-5)

    again = await service.refresh(pair.refresh_token, CLIENT)

    assert again.refresh_token == successor.refresh_token
    assert state_of(memory) == (2, None)


async def test_same_successor_is_given_by_a_host_with_a_newer_key(
    service: AsyncAuthService,
    pair: TokenPair,
    clock: MovableClock,
) -> None:
    both = settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY])
    changed = with_tools(service, tokens=Tokens(both, clock))
    successor = await service.refresh(pair.refresh_token, CLIENT)

    again = await changed.refresh(pair.refresh_token, CLIENT)

    assert again.refresh_token == successor.refresh_token


@pytest.mark.parametrize("client", SAME_CLIENT.values(), ids=SAME_CLIENT)
async def test_successor_is_given_to_the_client_that_has_it(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    client: Client,
) -> None:
    """One of the two changes when a phone leaves the Wi-Fi or a browser is updated."""
    successor = await service.refresh(pair.refresh_token, CLIENT)

    again = await service.refresh(pair.refresh_token, client)

    assert again.refresh_token == successor.refresh_token
    assert state_of(memory) == (2, None)


@pytest.mark.parametrize("client", OTHER_CLIENT.values(), ids=OTHER_CLIENT)
async def test_old_token_from_elsewhere_ends_the_session_within_the_grace_too(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    client: Client,
) -> None:
    successor = await service.refresh(pair.refresh_token, CLIENT)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, client)

    assert state_of(memory) == (2, "reuse")
    with pytest.raises(SessionEnded):
        await service.refresh(successor.refresh_token, CLIENT)


async def test_client_of_the_latest_refresh_counts_not_that_of_the_login(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    """A thief who refreshes first is found when the owner's refresh follows."""
    await service.refresh(pair.refresh_token, OTHER_CLIENT["another network and agent"])

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "reuse")


async def test_grace_ends_when_the_successor_is_used(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
) -> None:
    second = await service.refresh(pair.refresh_token, CLIENT)
    third = await service.refresh(second.refresh_token, CLIENT)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (3, "reuse")  # SEC-54
    with pytest.raises(SessionEnded):
        await service.refresh(third.refresh_token, CLIENT)


async def test_grace_is_not_prolonged_by_using_it(
    service: AsyncAuthService,
    pair: TokenPair,
    memory: MemoryTransactions,
    clock: MovableClock,
) -> None:
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=16)
    await service.refresh(pair.refresh_token, CLIENT)
    clock.move(seconds=16)

    with pytest.raises(SessionEnded):
        await service.refresh(pair.refresh_token, CLIENT)

    assert state_of(memory) == (2, "reuse")


# {% endcall %}
