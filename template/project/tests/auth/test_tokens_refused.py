# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Access tokens that are signed with the right key and still say something impossible."""

from typing import Any

import pytest

from app.auth.errors import InvalidToken
from app.auth.key_ring import KeyRing
from app.auth.settings import AuthSettings
from app.auth.tokens import AccessClaims, RefreshClaims, Tokens
from tests.auth.conftest import settings_with
from tests.auth.forging import encoded, signed
from tests.conftest import MovableClock

SESSION_ID = "0123456789abcdef0123456789abcdef"
NOW = 1893456000  # seconds; where the tests' clock stands
HUGE = 10**30

# Every row: which claim, and what it must not be.
WRONG_CLAIMS = {
    # SEC-34: a number, and nothing that becomes one.
    "exp as a string": ("exp", str(NOW + 900)),
    "exp null": ("exp", None),
    "exp a list": ("exp", [NOW + 900]),
    "exp 1e30": ("exp", 1e30),
    "exp with a fraction": ("exp", NOW + 900.5),
    "exp a float": ("exp", float(NOW + 900)),
    "exp true": ("exp", True),
    "exp beyond all calendars": ("exp", HUGE),
    "exp negative": ("exp", -1),
    "exp passed": ("exp", NOW - 10),
    "iat as a string": ("iat", str(NOW)),
    "iat null": ("iat", None),
    "iat a float": ("iat", float(NOW)),
    "iat beyond the skew": ("iat", NOW + 11),
    "iat beyond all calendars": ("iat", HUGE),
    # SEC-37: exact and single.
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
}

WRONG_GENERATIONS = {"a string": "1", "a float": 1.0, "true": True, "null": None, "negative": -1}


@pytest.fixture
def claims() -> dict[str, Any]:
    """Claims of an access token that is accepted."""
    return {
        "sub": "7",
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

    assert tokens.read_access(token) == AccessClaims(user_id=7, session_id=SESSION_ID)


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


@pytest.mark.parametrize("name", ["sub", "sid", "iat", "exp", "iss", "aud"])
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
def test_generation_that_is_no_count_is_refused(
    tokens: Tokens,
    keys: KeyRing,
    value: object,
) -> None:
    claims = {"sid": SESSION_ID, "gen": value, "iat": NOW, "exp": NOW + 900}
    token = keys.refresh_signers[tokens.kid].sign(claims)

    with pytest.raises(InvalidToken):
        tokens.read_refresh(token)


async def test_wrong_claims_are_refused_even_where_expired_ones_are_allowed(
    tokens: Tokens,
    keys: KeyRing,
    claims: dict[str, Any],
) -> None:
    token = await keys.sign_access({**claims, "exp": NOW - 1000, "sid": "another"})

    with pytest.raises(InvalidToken):
        tokens.read_access(token, allow_expired=True)


@pytest.mark.parametrize("changes", [{"issuer": "other"}, {"audience": "other"}])
async def test_token_of_another_service_with_the_same_key_is_refused(
    tokens: Tokens,
    clock: MovableClock,
    changes: dict[str, object],
) -> None:
    foreign = Tokens(settings_with(**changes), clock)
    token = await foreign.issue_access(user_id=7, session_id=SESSION_ID)

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
