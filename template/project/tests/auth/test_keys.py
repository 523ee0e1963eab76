# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Keys overlap during a change, have a key ID, and serve one purpose each."""

import hashlib
import hmac
import json

import jwt
import pytest
from jwt.utils import base64url_encode

from app.auth.errors import InvalidToken
from app.auth.key_ring import KeyRing
from app.auth.keys import SecretKey
from app.auth.tokens import Tokens
from tests.auth.conftest import settings_with
from tests.conftest import SECRET_KEY, MovableClock
from tests.user_ids import USER_ID

NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
SESSION_ID = "0123456789abcdef0123456789abcdef"


def issue_refresh(tokens: Tokens, clock: MovableClock, kid: str) -> str:
    return tokens.issue_refresh(
        session_id=SESSION_ID,
        generation=1,
        issued_at=clock.now,
        expires_at=clock.now.replace(month=2),
        kid=kid,
    )


@pytest.fixture
def changed(clock: MovableClock) -> Tokens:
    """Tokens after the key was changed, while the old one still verifies."""
    return Tokens(settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY]), clock)


@pytest.fixture
def dropped(clock: MovableClock) -> Tokens:
    """Tokens after the old key was dropped."""
    return Tokens(settings_with(secret_key=NEW_KEY), clock)


async def test_previous_key_still_verifies(
    tokens: Tokens,
    changed: Tokens,
    clock: MovableClock,
) -> None:
    access = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    refresh = issue_refresh(tokens, clock, tokens.kid)

    assert changed.read_access(access).user_id == USER_ID
    assert changed.read_refresh(refresh).generation == 1


async def test_new_key_signs(tokens: Tokens, changed: Tokens, dropped: Tokens) -> None:
    token = await changed.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    assert dropped.read_access(token).user_id == USER_ID
    with pytest.raises(InvalidToken):
        tokens.read_access(token)


async def test_dropped_key_is_refused(tokens: Tokens, dropped: Tokens, clock: MovableClock) -> None:
    access = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)
    refresh = issue_refresh(tokens, clock, tokens.kid)

    with pytest.raises(InvalidToken):
        dropped.read_access(access)
    with pytest.raises(InvalidToken):
        dropped.read_refresh(refresh)  # SEC-86


def test_refresh_token_of_a_session_is_issued_with_the_key_of_its_generation(
    tokens: Tokens,
    changed: Tokens,
    clock: MovableClock,
) -> None:
    before = issue_refresh(tokens, clock, tokens.kid)

    assert issue_refresh(changed, clock, tokens.kid) == before
    assert issue_refresh(changed, clock, changed.kid) != before


def test_no_refresh_token_is_issued_with_a_dropped_key(
    tokens: Tokens,
    dropped: Tokens,
    clock: MovableClock,
) -> None:
    with pytest.raises(InvalidToken):
        issue_refresh(dropped, clock, tokens.kid)


def test_key_id_differs_per_secret(tokens: Tokens, changed: Tokens) -> None:
    assert len({tokens.kid, changed.kid}) == 2


def test_key_id_is_neither_a_part_nor_a_plain_hash_of_the_secret(tokens: Tokens) -> None:
    plain = hashlib.sha256(SECRET_KEY.encode()).hexdigest()

    assert tokens.kid not in SECRET_KEY
    assert tokens.kid not in plain


async def test_access_tokens_are_signed_with_the_secret_itself(tokens: Tokens) -> None:
    """Your other services can verify them with any library."""
    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    claims = jwt.decode(
        token,
        SECRET_KEY,
        ["HS256"],
        audience="app",
        options={"verify_iat": False, "verify_exp": False},  # the test clock differs
    )

    assert claims["sub"] == str(USER_ID)


def test_refresh_tokens_are_signed_with_another_key(tokens: Tokens, clock: MovableClock) -> None:
    token = issue_refresh(tokens, clock, tokens.kid)

    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, SECRET_KEY, ["HS256"])  # SEC-87


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_larger_hashes_sign_access_tokens(clock: MovableClock, algorithm: str) -> None:
    tokens = Tokens(settings_with(secret_key=NEW_KEY * 2, algorithm=algorithm), clock)

    token = await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)

    assert jwt.get_unverified_header(token)["alg"] == algorithm
    assert tokens.read_access(token).user_id == USER_ID


def test_keys_do_not_show_their_secret() -> None:
    keys = KeyRing(settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY]))

    shown = repr([keys, vars(keys)])

    assert "SecretKey(" in shown
    assert "LocalSigner(" in shown
    assert NEW_KEY not in shown
    assert SECRET_KEY not in shown


def test_derived_keys_never_change() -> None:
    """Another label would sign every user out."""
    secret = SECRET_KEY.encode()
    labels = {
        b"refresh tokens": SecretKey.for_refresh(secret),
        b"device tokens": SecretKey.for_device(secret),
        # {% if "totp" in features %}
        b"login challenge": SecretKey.for_challenge(secret),
        # {% endif %}
    }

    expected = {label: hmac.digest(secret, label, "sha256") for label in labels}
    kid = hashlib.sha256(hmac.digest(secret, b"key id", "sha256")).hexdigest()[:16]
    assert {label: key.key for label, key in labels.items()} == expected
    assert {key.kid for key in labels.values()} == {kid}
    assert {key.algorithm for key in labels.values()} == {"HS256"}


def spelled(**members: str) -> str:
    """Return the exact header that this server writes."""
    text = json.dumps(members, separators=(",", ":"))
    return base64url_encode(text.encode()).decode()


def test_header_of_an_access_token_never_changes() -> None:
    """Tokens are matched by these bytes, so any change would sign every user out."""
    ring = KeyRing(settings_with())

    assert ring.access_header == spelled(alg="HS256", kid=ring.kid, typ="at+jwt")


def test_header_of_a_refresh_token_never_changes() -> None:
    ring = KeyRing(settings_with())

    header = ring.refresh_signers[ring.kid].header
    assert header == spelled(alg="HS256", kid=ring.kid, typ="rt+jwt")


def test_header_of_a_device_token_never_changes() -> None:
    ring = KeyRing(settings_with())

    assert ring.device_signer.header == spelled(alg="HS256", kid=ring.kid, typ="dt+jwt")


# {% endcall %}
