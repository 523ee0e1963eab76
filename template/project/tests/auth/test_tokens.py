# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Claims, lifetimes and types of tokens."""

from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest

from app.auth.errors import InvalidToken
from app.auth.tokens import AccessClaims, RefreshClaims, Tokens
from tests.auth.conftest import settings_with
from tests.auth.forging import decoded
from tests.conftest import MovableClock
from tests.user_ids import USER_ID

SESSION_ID = "0123456789abcdef0123456789abcdef"
ANOTHER_SESSION_ID = "fedcba9876543210fedcba9876543210"


def issue_refresh(
    tokens: Tokens,
    issued_at: datetime,
    *,
    session_id: str = SESSION_ID,
    generation: int = 1,
    lifetime: timedelta = timedelta(days=7),
) -> str:
    return tokens.issue_refresh(
        session_id=session_id,
        generation=generation,
        issued_at=issued_at,
        expires_at=issued_at + lifetime,
        kid=tokens.kid,
    )


async def test_access_token_is_read_as_it_was_issued(tokens: Tokens) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    assert tokens.read_access(token) == AccessClaims(user_id=USER_ID, session_id=SESSION_ID)


def test_refresh_token_is_read_as_it_was_issued(tokens: Tokens, clock: MovableClock) -> None:
    token = issue_refresh(tokens, clock.now, generation=3)

    assert tokens.read_refresh(token) == RefreshClaims(session_id=SESSION_ID, generation=3)


async def test_access_token_says_nothing_about_the_user(tokens: Tokens) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    header, claims, _ = token.split(".")
    assert decoded(header) == {"alg": "HS256", "kid": tokens.kid, "typ": "at+jwt"}
    assert set(decoded(claims)) == {"sub", "sid", "jti", "iat", "exp", "iss", "aud"}  # SEC-42


async def test_every_access_token_has_its_own_id(tokens: Tokens) -> None:
    first = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    second = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    ids = {decoded(token.split(".")[1])["jti"] for token in (first, second)}
    assert len(ids) == 2
    assert {len(bytes.fromhex(each)) for each in ids} == {16}


@pytest.mark.parametrize("minutes", [1, 15, 60])
async def test_access_token_is_valid_for_the_configured_minutes(
    clock: MovableClock,
    minutes: int,
) -> None:
    tokens = Tokens(settings_with(access_minutes=minutes), clock)

    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    claims = decoded(token.split(".")[1])
    assert claims["iat"] == clock.now.timestamp()
    assert claims["exp"] - claims["iat"] == minutes * 60  # SEC-39


def test_same_refresh_token_can_be_issued_again(tokens: Tokens, clock: MovableClock) -> None:
    first = issue_refresh(tokens, clock.now)
    clock.move(seconds=5)
    again = issue_refresh(tokens, clock.now - timedelta(seconds=5))

    assert again == first


def test_each_generation_has_another_refresh_token(tokens: Tokens, clock: MovableClock) -> None:
    first = issue_refresh(tokens, clock.now, generation=1)
    second = issue_refresh(tokens, clock.now, generation=2)

    assert first != second


def test_each_session_has_another_refresh_token(tokens: Tokens, clock: MovableClock) -> None:
    one = issue_refresh(tokens, clock.now, session_id=SESSION_ID)
    other = issue_refresh(tokens, clock.now, session_id=ANOTHER_SESSION_ID)

    assert one != other


def test_refresh_token_is_refused_as_access_token(tokens: Tokens, clock: MovableClock) -> None:
    token = issue_refresh(tokens, clock.now)

    with pytest.raises(InvalidToken):
        tokens.read_access(token)


async def test_access_token_is_refused_as_refresh_token(tokens: Tokens) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    with pytest.raises(InvalidToken):
        tokens.read_refresh(token)


@pytest.mark.parametrize(("seconds", "holds"), [(909, True), (910, False), (911, False)])
async def test_access_token_ends_after_the_leeway(
    tokens: Tokens,
    clock: MovableClock,
    seconds: int,
    holds: bool,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    clock.move(seconds=seconds)

    assert is_read(tokens, token) is holds


@pytest.mark.parametrize("days", [-7300, 7300])
async def test_only_the_injected_clock_counts(
    tokens: Tokens,
    clock: MovableClock,
    days: int,
) -> None:
    clock.move(days=days)

    access = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    refresh = issue_refresh(tokens, clock.now)

    assert tokens.read_access(access).user_id == USER_ID
    assert tokens.read_refresh(refresh).generation == 1


@pytest.mark.parametrize(("seconds", "holds"), [(309, True), (310, False)])
async def test_lowered_lifetime_ends_tokens_that_were_issued_before(
    tokens: Tokens,
    clock: MovableClock,
    seconds: int,
    holds: bool,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    lowered = Tokens(settings_with(access_minutes=5), clock)
    clock.move(seconds=seconds)

    assert is_read(lowered, token) is holds  # SEC-39
    assert is_read(tokens, token)


async def test_raised_lifetime_prolongs_no_token(tokens: Tokens, clock: MovableClock) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    raised = Tokens(settings_with(access_minutes=60), clock)
    clock.move(seconds=910)

    assert not is_read(raised, token)


async def test_session_is_found_by_a_token_that_a_lowered_lifetime_ended(
    tokens: Tokens,
    clock: MovableClock,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    lowered = Tokens(settings_with(access_minutes=5), clock)
    clock.move(minutes=10)

    assert lowered.read_session_id(token) == SESSION_ID


@pytest.mark.parametrize(("seconds", "holds"), [(-10, True), (-11, False)])
async def test_access_token_from_the_future_is_refused_beyond_the_leeway(
    tokens: Tokens,
    clock: MovableClock,
    seconds: int,
    holds: bool,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    clock.move(seconds=seconds)

    assert is_read(tokens, token) is holds  # SEC-35


def test_expired_refresh_token_is_refused(tokens: Tokens, clock: MovableClock) -> None:
    token = issue_refresh(tokens, clock.now)
    clock.move(days=7, seconds=10)

    with pytest.raises(InvalidToken):
        tokens.read_refresh(token)


async def test_session_is_found_by_tokens_of_both_kinds(
    tokens: Tokens,
    clock: MovableClock,
) -> None:
    access = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    refresh = issue_refresh(tokens, clock.now, session_id=ANOTHER_SESSION_ID)
    clock.move(days=6)

    assert tokens.read_session_id(access) == SESSION_ID
    assert tokens.read_session_id(refresh) == ANOTHER_SESSION_ID


@pytest.mark.parametrize(("seconds", "is_found"), [(9, True), (10, False)])
async def test_session_is_found_by_an_access_token_until_it_would_lie_idle(
    tokens: Tokens,
    clock: MovableClock,
    seconds: int,
    is_found: bool,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    clock.move(days=7, minutes=15, seconds=seconds)

    with nullcontext() if is_found else pytest.raises(InvalidToken):
        assert tokens.read_session_id(token) == SESSION_ID


async def test_session_is_not_found_by_a_token_from_the_future(
    tokens: Tokens,
    clock: MovableClock,
) -> None:
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    clock.move(seconds=-11)

    with pytest.raises(InvalidToken):
        tokens.read_session_id(token)


def is_read(tokens: Tokens, token: str) -> bool:
    try:
        tokens.read_access(token)
    except InvalidToken:
        return False
    return True


# {% endcall %}
