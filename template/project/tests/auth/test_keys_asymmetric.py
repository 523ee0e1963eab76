# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A private key signs access tokens. Its public key and earlier public keys verify them."""

import hmac
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.auth.errors import InvalidToken
from app.auth.key_ring import KeyRing
from app.auth.keys import PublicKey
from app.auth.settings import AuthSettings
from app.auth.tokens import Tokens
from tests.auth.conftest import settings_with
from tests.auth.forging import base64url, decoded, encoded
from tests.auth.key_pairs import ALGORITHMS, KeyPair, key_pair
from tests.conftest import MovableClock
from tests.user_ids import USER_ID

SESSION_ID = "0123456789abcdef0123456789abcdef"

# RFC 8037, appendix A.2 and A.3; RFC 7638, section 3.1.
THUMBPRINTS: list[tuple[str, dict[str, str], str]] = [
    (
        "EdDSA",
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    ),
    (
        "RS256",
        {
            "kty": "RSA",
            "e": "AQAB",
            "n": (
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"
                "_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"
                "R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"
                "TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            ),
        },
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    ),
]


@pytest.fixture(params=ALGORITHMS)
def algorithm(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def pair(algorithm: str) -> KeyPair:
    return key_pair(algorithm)


@pytest.fixture
def auth_settings(algorithm: str, pair: KeyPair, tmp_path: Path) -> AuthSettings:
    private, _ = pair.files(tmp_path)
    return settings_with(algorithm=algorithm, private_key_file=private)


@pytest.fixture
def changed(
    algorithm: str,
    pair: KeyPair,
    tmp_path: Path,
    clock: MovableClock,
) -> Tokens:
    """Tokens after the key was changed, while the old one still verifies."""
    private, _ = key_pair(algorithm, 2).files(tmp_path, "new")
    _, old = pair.files(tmp_path, "old")
    settings = settings_with(algorithm=algorithm, private_key_file=private, public_key_files=[old])
    return Tokens(settings, clock)


@pytest.fixture
def dropped(algorithm: str, tmp_path: Path, clock: MovableClock) -> Tokens:
    """Tokens after the old key was dropped."""
    private, _ = key_pair(algorithm, 2).files(tmp_path, "new")
    return Tokens(settings_with(algorithm=algorithm, private_key_file=private), clock)


def kid_of(algorithm: str, pair: KeyPair) -> str:
    return PublicKey(algorithm, pair.key.public_key()).jwk["kid"]


async def issue(tokens: Tokens) -> str:
    return await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)


async def test_token_is_read_as_it_was_issued(tokens: Tokens) -> None:
    token = await issue(tokens)

    assert tokens.read_access(token).user_id == USER_ID


async def test_header_of_a_token_never_changes(
    tokens: Tokens,
    algorithm: str,
    pair: KeyPair,
) -> None:
    """Tokens are matched by these bytes, so any change would sign every user out."""
    header = {"alg": algorithm, "kid": kid_of(algorithm, pair), "typ": "at+jwt"}

    token = await issue(tokens)

    assert token.partition(".")[0] == encoded(header)


async def test_public_half_verifies_with_any_library(tokens: Tokens, algorithm: str) -> None:
    token = await issue(tokens)

    claims = jwt.decode(
        token,
        key_pair(algorithm).public_pem,
        [algorithm],
        audience="app",
        options={"verify_iat": False, "verify_exp": False},  # the test clock differs
    )

    assert claims["sub"] == str(USER_ID)


@pytest.mark.parametrize(("name", "jwk", "thumbprint"), THUMBPRINTS)
def test_key_id_is_the_thumbprint_of_the_rfc(
    name: str,
    jwk: dict[str, str],
    thumbprint: str,
) -> None:
    key = jwt.get_algorithm_by_name(name).from_jwk(jwk)

    assert PublicKey(name, key).jwk == {**jwk, "kid": thumbprint, "use": "sig", "alg": name}


def test_private_key_is_not_shown(auth_settings: AuthSettings, pair: KeyPair) -> None:
    ring = KeyRing(auth_settings)
    body = pair.private_pem.decode().splitlines()[1]

    shown = repr([ring, vars(ring), auth_settings])

    assert "PublicKey(" in shown
    assert body not in shown
    assert "PRIVATE" not in shown


async def test_previous_key_still_verifies(tokens: Tokens, changed: Tokens) -> None:
    token = await issue(tokens)

    assert changed.read_access(token).user_id == USER_ID


async def test_new_key_signs(tokens: Tokens, changed: Tokens, dropped: Tokens) -> None:
    token = await issue(changed)

    assert dropped.read_access(token).user_id == USER_ID
    with pytest.raises(InvalidToken):
        tokens.read_access(token)


async def test_dropped_key_is_refused(tokens: Tokens, dropped: Tokens) -> None:
    token = await issue(tokens)

    with pytest.raises(InvalidToken):
        dropped.read_access(token)  # SEC-86


async def test_signature_of_another_key_is_refused(tokens: Tokens, dropped: Tokens) -> None:
    ours = await issue(tokens)
    theirs = await issue(dropped)

    forged = ours.rpartition(".")[0] + "." + theirs.rpartition(".")[2]

    with pytest.raises(InvalidToken):
        tokens.read_access(forged)


@pytest.mark.parametrize("changes", [{"alg": "HS256"}, {"alg": "none"}, {"typ": "rt+jwt"}])
async def test_public_key_is_not_accepted_as_a_secret(
    tokens: Tokens,
    pair: KeyPair,
    changes: dict[str, str],
) -> None:
    """CVE-2022-29217. Anyone can use the public key as an HMAC secret."""
    token = await issue(tokens)
    header, payload, _ = token.split(".")
    content = f"{encoded({**decoded(header), **changes})}.{payload}"
    signature = hmac.digest(pair.public_pem, content.encode(), "sha256")

    with pytest.raises(InvalidToken):
        tokens.read_access(f"{content}.{base64url(signature)}")  # SEC-30


async def test_secret_signs_no_access_token(tokens: Tokens, clock: MovableClock) -> None:
    """This includes tokens from before a change of the algorithm."""
    token = await issue(Tokens(settings_with(), clock))

    with pytest.raises(InvalidToken):
        tokens.read_access(token)


@pytest.mark.parametrize("other", ALGORITHMS)
async def test_token_of_another_algorithm_is_refused(
    tokens: Tokens,
    algorithm: str,
    other: str,
) -> None:
    token = await issue(tokens)
    payload = token.split(".")[1]
    headers = {"kid": kid_of(algorithm, key_pair(algorithm)), "typ": "at+jwt"}
    claims = decoded(payload)

    forged = jwt.encode(claims, key_pair(other, 2).private_pem, other, headers=headers)

    with pytest.raises(InvalidToken):
        tokens.read_access(forged)


def test_refresh_tokens_are_still_signed_with_the_secret(
    tokens: Tokens,
    clock: MovableClock,
) -> None:
    session: dict[str, Any] = {
        "session_id": SESSION_ID,
        "generation": 1,
        "issued_at": clock.now,
        "expires_at": clock.now.replace(month=2),
        "kid": tokens.kid,
    }

    token = tokens.issue_refresh(**session)

    assert token == Tokens(settings_with(), clock).issue_refresh(**session)
    assert tokens.read_refresh(token).generation == 1


# {% endcall %}
