# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A client on which a user has signed in before is counted apart from strangers."""

from dataclasses import replace

import pytest

from app.auth.errors import InvalidCredentials, InvalidToken, LoginThrottled
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from tests.auth.conftest import CLIENT, log_in, register, settings_with
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account, account_named, names, tampered
from tests.user_ids import USER_ID

ANN = Account()
WRONG = replace(ANN, password="a wrong guess")
NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"


def token_of(pair: TokenPair) -> str:
    assert pair.device_token is not None
    return pair.device_token


@pytest.fixture
def device(pair: TokenPair) -> str:
    """The token of a device on which ann has signed in."""
    return token_of(pair)


async def guess(service: AsyncAuthService, times: int, device: str | None = None) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            await log_in(service, WRONG, device_token=device)


@pytest.fixture
async def locked_out(service: AsyncAuthService, device: str) -> None:
    """A stranger has used up the free attempts at the account."""
    await guess(service, 5)


@pytest.mark.usefixtures("locked_out")
@pytest.mark.parametrize("name", names(ANN))
async def test_strangers_do_not_keep_a_known_device_out(
    service: AsyncAuthService,
    device: str,
    name: str,
) -> None:
    await log_in(service, Account(email=name), device_token=device)

    with pytest.raises(LoginThrottled):
        await log_in(service, ANN)


async def test_owner_signs_in_at_the_first_try_during_a_day_of_attempts(
    service: AsyncAuthService,
    device: str,
    clock: MovableClock,
) -> None:
    for _ in range(24 * 60):
        clock.move(minutes=1)
        with pytest.raises((InvalidCredentials, LoginThrottled)):
            await log_in(service, WRONG)

    await log_in(service, ANN, device_token=device)


async def test_guesses_on_one_device_are_throttled(service: AsyncAuthService, device: str) -> None:
    await guess(service, 5, device)

    with pytest.raises(LoginThrottled):
        await log_in(service, ANN, device_token=device)
    await log_in(service, ANN)


async def test_devices_of_one_user_count_apart(service: AsyncAuthService, device: str) -> None:
    another = await log_in(service, ANN)
    await guess(service, 5, device)

    await log_in(service, ANN, device_token=token_of(another))


async def test_success_on_a_device_starts_its_count_afresh(
    service: AsyncAuthService,
    device: str,
) -> None:
    await guess(service, 4, device)

    await log_in(service, ANN, device_token=device)

    await guess(service, 5, device)


async def test_success_on_a_device_changes_nothing_for_strangers(
    service: AsyncAuthService,
    device: str,
    memory: MemoryTransactions,
) -> None:
    await guess(service, 3)
    before = memory.tables.throttles

    await log_in(service, ANN, device_token=device)

    assert memory.tables.throttles == before


@pytest.mark.usefixtures("locked_out")
async def test_token_of_another_user_counts_as_none(service: AsyncAuthService) -> None:
    bob = account_named("bob")
    await register(service, bob)
    of_bob = await log_in(service, bob)

    with pytest.raises(LoginThrottled):
        await log_in(service, ANN, device_token=token_of(of_bob))


@pytest.mark.usefixtures("locked_out")
async def test_other_tokens_of_the_user_count_as_none(
    service: AsyncAuthService,
    pair: TokenPair,
    device: str,
) -> None:
    tokens = (tampered(device), pair.access_token, pair.refresh_token, "", "garbage", "x" * 5000)

    for token in tokens:
        with pytest.raises(LoginThrottled):
            await log_in(service, ANN, device_token=token)


async def test_forged_token_with_the_right_password_signs_in(
    service: AsyncAuthService,
    device: str,
) -> None:
    await log_in(service, ANN, device_token=tampered(device))


@pytest.mark.parametrize(("days", "seconds", "valid"), [(400, 9, True), (400, 10, False)])
async def test_token_is_valid_for_four_hundred_days(
    tokens: Tokens,
    clock: MovableClock,
    days: int,
    seconds: int,
    valid: bool,
) -> None:
    token = tokens.issue_device(user_id=USER_ID)

    clock.move(days=days, seconds=seconds)

    if valid:
        assert tokens.read_device(token).user_id == USER_ID
    else:
        with pytest.raises(InvalidToken):
            tokens.read_device(token)


async def test_token_outlives_a_change_of_the_key(tokens: Tokens, clock: MovableClock) -> None:
    changed = Tokens(settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY]), clock)
    dropped = Tokens(settings_with(secret_key=NEW_KEY), clock)
    token = tokens.issue_device(user_id=USER_ID)

    assert changed.read_device(token).user_id == USER_ID
    with pytest.raises(InvalidToken):
        dropped.read_device(token)


async def test_device_token_is_neither_an_access_nor_a_refresh_token(
    tokens: Tokens,
    device: str,
) -> None:
    with pytest.raises(InvalidToken):
        tokens.read_access(device)
    with pytest.raises(InvalidToken):
        tokens.read_refresh(device)


async def test_refresh_answers_no_device_token(service: AsyncAuthService, pair: TokenPair) -> None:
    """It proves no password."""
    renewed = await service.refresh(pair.refresh_token, CLIENT)

    assert renewed.device_token is None


async def test_wrong_password_on_a_device_is_answered_like_that_of_a_stranger(
    service: AsyncAuthService,
    ann: UserProtocol,
    device: str,
) -> None:
    with pytest.raises(InvalidCredentials) as on_device:
        await log_in(service, WRONG, device_token=device)
    with pytest.raises(InvalidCredentials) as by_stranger:
        await log_in(service, WRONG)

    assert on_device.value.args == by_stranger.value.args


# {% endcall %}
