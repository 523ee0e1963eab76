# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Tokens with a valid signature and invalid claims."""

from datetime import timedelta
from typing import Any

import pytest

from app.auth.errors import InvalidToken
from app.auth.key_ring import KeyRing
from app.auth.settings import AuthSettings
from app.auth.tokens import MAX_CLAIM_TIMESTAMP, AccessClaims, RefreshClaims, Tokens
from tests.auth.conftest import settings_with
from tests.auth.forging import encoded, signed
from tests.conftest import MovableClock
from tests.user_ids import USER_ID

SESSION_ID = "0123456789abcdef0123456789abcdef"
NOW = 1893456000  # seconds; the time of the test clock
HUGE = 10**30
A_WEEK = timedelta(days=7)
YEAR_10000 = 253_402_300_800  # seconds; one second after the last datetime

# Each row has a claim and a value that is refused.
WRONG_TIMES = {
    # SEC-34: only integers, no values that convert to one.
    "exp as a string": ("exp", str(NOW + 900)),
    "exp null": ("exp", None),
    "exp a list": ("exp", [NOW + 900]),
    "exp 1e30": ("exp", 1e30),
    "exp with a fraction": ("exp", NOW + 900.5),
    "exp a float": ("exp", float(NOW + 900)),
    "exp true": ("exp", True),
    "exp after the year 9999": ("exp", YEAR_10000),
    "exp beyond all calendars": ("exp", HUGE),
    "exp negative": ("exp", -1),
    "exp passed": ("exp", NOW - 10),
    "iat as a string": ("iat", str(NOW)),
    "iat null": ("iat", None),
    "iat a float": ("iat", float(NOW)),
    "iat beyond the skew": ("iat", NOW + 11),
    "iat after the year 9999": ("iat", YEAR_10000),
    "iat beyond all calendars": ("iat", HUGE),
    "iat negative": ("iat", -1),
    "nbf as a string": ("nbf", str(NOW)),
    "nbf null": ("nbf", None),
    "nbf a float": ("nbf", float(NOW)),
    "nbf true": ("nbf", True),
    "nbf beyond the skew": ("nbf", NOW + 11),
    "nbf after the year 9999": ("nbf", YEAR_10000),
    "nbf beyond all calendars": ("nbf", HUGE),
    "nbf negative": ("nbf", -1),
}

WRONG_CLAIMS = {
    **WRONG_TIMES,
    # SEC-37: exactly one value.
    "iss another": ("iss", "another"),
    "iss a prefix": ("iss", "ap"),
    "iss a suffix": ("iss", "pp"),
    "iss longer": ("iss", "app.example"),
    "iss in capitals": ("iss", "App"),
    "iss a list": ("iss", ["app"]),
    "iss null": ("iss", None),
    "aud another": ("aud", "another"),
    "aud a prefix": ("aud", "ap"),
    "aud longer": ("aud", "app.example"),
    "aud a list": ("aud", ["app"]),
    "aud a list with another": ("aud", ["another", "app"]),
    "aud null": ("aud", None),
    "sub a number": ("sub", 7),
    "sub empty": ("sub", ""),
    "sub zero": ("sub", "0"),
    "sub negative": ("sub", "-7"),
    "sub with a leading zero": ("sub", "07"),
    "sub with a space": ("sub", "7 "),
    "sub with a newline": ("sub", "7\n"),
    "sub in Arabic digits": ("sub", "\u0667"),
    "sub too long": ("sub", "1" * 20),
    "sub a name": ("sub", "ann"),
    "sub null": ("sub", None),
    "sid a number": ("sid", 7),
    "sid empty": ("sid", ""),
    "sid too short": ("sid", SESSION_ID[:-1]),
    "sid too long": ("sid", SESSION_ID + "0"),
    "sid in capitals": ("sid", SESSION_ID.upper()),
    "sid with a newline": ("sid", SESSION_ID + "\n"),
    "sid a list": ("sid", [SESSION_ID]),
    "sid null": ("sid", None),
    # RFC 9068, section 2.2: a required string.
    "jti a number": ("jti", 7),
    "jti a list": ("jti", ["00112233445566778899aabbccddeeff"]),
    "jti null": ("jti", None),
}

WRONG_GENERATIONS = {
    "a string": "1",
    "a float": 1.0,
    "true": True,
    "null": None,
    "negative": -1,
    "without a successor in its column": 2**31 - 1,
}


@pytest.fixture
def claims() -> dict[str, Any]:
    """Claims of an access token that is accepted."""
    return {
        "sub": str(USER_ID),
        "sid": SESSION_ID,
        "jti": "00112233445566778899aabbccddeeff",
        "iat": NOW,
        "exp": NOW + 900,
        "iss": "app",
        "aud": "app",
    }


@pytest.fixture
def keys(auth_settings: AuthSettings) -> KeyRing:
    return KeyRing(auth_settings)


def test_untouched_claims_are_accepted(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
) -> None:
    token = signed(keys.access_header, encoded(claims))

    assert tokens.read_access(token) == AccessClaims(user_id=USER_ID, session_id=SESSION_ID)


@pytest.mark.parametrize(("name", "value"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_wrong_claim_is_refused(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
    name: str,
    value: object,
) -> None:
    token = signed(keys.access_header, encoded({**claims, name: value}))

    with pytest.raises(InvalidToken):
        tokens.read_access(token)


@pytest.mark.parametrize(("name", "value"), WRONG_TIMES.values(), ids=WRONG_TIMES)
def test_wrong_time_in_a_refresh_token_is_refused(
    tokens: Tokens,
    keys: KeyRing,
    name: str,
    value: object,
) -> None:
    claims = {"sid": SESSION_ID, "gen": 1, "iat": NOW, "exp": NOW + 900, name: value}
    token = keys.refresh_signers[tokens.kid].sign(claims)

    with pytest.raises(InvalidToken):
        tokens.read_refresh(token)


@pytest.mark.parametrize(
    ("name", "value"),
    [("exp", MAX_CLAIM_TIMESTAMP), ("nbf", NOW + 10), ("nbf", 0), ("iat", NOW + 10)],
)
async def test_time_at_its_bound_is_accepted(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
    name: str,
    value: int,
) -> None:
    token = await keys.sign_access({**claims, name: value})

    assert tokens.read_access(token).user_id == USER_ID


@pytest.mark.parametrize("name", ["sub", "sid", "iat", "exp", "iss", "aud", "jti"])
async def test_missing_claim_is_refused(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
    name: str,
) -> None:
    del claims[name]
    token = await keys.sign_access(claims)

    with pytest.raises(InvalidToken):
        tokens.read_access(token)


@pytest.mark.parametrize("value", WRONG_GENERATIONS.values(), ids=WRONG_GENERATIONS)
def test_invalid_generation_is_refused(
    tokens: Tokens,
    keys: KeyRing,
    value: object,
) -> None:
    claims = {"sid": SESSION_ID, "gen": value, "iat": NOW, "exp": NOW + 900}
    token = keys.refresh_signers[tokens.kid].sign(claims)

    with pytest.raises(InvalidToken):
        tokens.read_refresh(token)


@pytest.mark.parametrize(
    ("name", "value"),
    [("sid", "another"), ("exp", YEAR_10000), ("iat", YEAR_10000), ("nbf", NOW + 11)],
)
async def test_wrong_claims_are_refused_even_if_expired_ones_are_allowed(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
    name: str,
    value: object,
) -> None:
    token = await keys.sign_access({**claims, "exp": NOW - 1000, name: value})

    with pytest.raises(InvalidToken):
        tokens.read_access(token, expired_for=A_WEEK)


@pytest.mark.parametrize("changes", [{"issuer": "other"}, {"audience": "other"}])
async def test_token_of_another_service_with_the_same_key_is_refused(
    tokens: Tokens,
    clock: MovableClock,
    changes: dict[str, object],
) -> None:
    foreign = Tokens(settings_with(**changes), clock)
    token = await foreign.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    with pytest.raises(InvalidToken):
        tokens.read_access(token)


def test_access_claims_signed_as_a_refresh_token_are_refused(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
) -> None:
    token = keys.refresh_signers[tokens.kid].sign({**claims, "gen": 1})

    with pytest.raises(InvalidToken):
        tokens.read_access(token)

    assert tokens.read_refresh(token) == RefreshClaims(session_id=SESSION_ID, generation=1)


# {% endcall %}
