# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Forged tokens: wrong headers, signatures and forms."""

import string
from collections.abc import Callable, Iterator

import jwt
import pytest

from app.auth.errors import InvalidToken
from app.auth.tokens import MAX_LENGTH, Tokens
from tests.auth.forging import base64url, decoded, encoded, signed
from tests.conftest import SECRET_KEY
from tests.user_ids import USER_ID

SESSION_ID = "0123456789abcdef0123456789abcdef"
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

# Each is merged into the header of a valid token, which is signed again with the right key.
WRONG_HEADERS: dict[str, dict[str, object]] = {
    # SEC-30
    "alg none": {"alg": "none"},
    "alg nOnE": {"alg": "nOnE"},
    "alg HS384": {"alg": "HS384"},
    "alg HS512": {"alg": "HS512"},
    "alg RS256": {"alg": "RS256"},
    "alg in small letters": {"alg": "hs256"},
    "alg null": {"alg": None},
    "alg a list": {"alg": ["HS256"]},
    # SEC-32
    "jwk": {"jwk": {"kty": "oct", "k": "YXR0YWNrZXI"}},
    "jku": {"jku": "https://attacker.example/jwks.json"},
    "x5u": {"x5u": "https://attacker.example/chain.pem"},
    "x5c": {"x5c": ["MIIB"]},
    "kid unknown": {"kid": "0000000000000000"},
    "kid a path": {"kid": "../../dev/null"},
    "kid a number": {"kid": 7},
    "kid null": {"kid": None},
    # SEC-33
    "crit unknown": {"crit": ["future"], "future": True},
    "crit known": {"crit": ["b64"], "b64": False},
    # SEC-36
    "typ JWT": {"typ": "JWT"},
    "typ in capitals": {"typ": "AT+JWT"},
    "typ in full": {"typ": "application/at+jwt"},
    "typ of a refresh token": {"typ": "rt+jwt"},
    "typ null": {"typ": None},
    "another member": {"zip": "DEF"},
}

WRONG_FORMS: dict[str, Callable[[str], str]] = {
    "empty": lambda token: "",
    "padded": lambda token: token + "=",
    "padded within": lambda token: token.replace(".", "=.", 1),
    "newline at the end": lambda token: token + "\n",
    "newline within": lambda token: token.replace(".", ".\n", 1),
    "space in front": lambda token: " " + token,
    "space at the end": lambda token: token + " ",
    "NUL at the end": lambda token: token + "\0",
    "two parts": lambda token: token.rpartition(".")[0],
    "four parts": lambda token: token + ".AAAA",
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "no payload": lambda token: "{0}..{2}".format(*token.split(".")),
    "no header": lambda token: "." + token.partition(".")[2],
    "standard base64": lambda token: token + "+/",
    "full-width letter": lambda token: token + "\uff21",
    "half of a surrogate pair": lambda token: token + "\ud800",
    "twice": lambda token: token + token,
    "too long": lambda token: token + "A" * MAX_LENGTH,
}


@pytest.fixture
async def token(tokens: Tokens) -> str:
    return await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)


def with_header(token: str, changes: dict[str, object]) -> str:
    """Return the token with a changed header and a matching signature."""
    header, payload, _ = token.split(".")
    return signed(encoded({**decoded(header), **changes}), payload)


def single_bit_changes(token: str, part: int) -> Iterator[str]:
    """Yield the token with each bit of one part flipped, including those that base64 ignores."""
    parts = token.split(".")
    for position, character in enumerate(parts[part]):
        for bit in range(6):
            other = BASE64URL[BASE64URL.index(character) ^ (1 << bit)]
            changed = parts[part][:position] + other + parts[part][position + 1 :]
            yield ".".join([*parts[:part], changed, *parts[part + 1 :]])


def is_accepted(tokens: Tokens, token: str) -> bool:
    try:
        tokens.read_access(token)
    except InvalidToken:
        return False
    return True


async def test_token_with_its_own_header_is_accepted(tokens: Tokens, token: str) -> None:
    again = with_header(token, {})

    assert again == token
    assert is_accepted(tokens, again)


@pytest.mark.parametrize("changes", WRONG_HEADERS.values(), ids=WRONG_HEADERS)
async def test_header_of_another_kind_is_refused(
    tokens: Tokens,
    token: str,
    changes: dict[str, object],
) -> None:
    forged = with_header(token, changes)

    assert not is_accepted(tokens, forged)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
async def test_change_of_any_single_bit_is_refused(tokens: Tokens, token: str, part: int) -> None:
    changed = list(single_bit_changes(token, part))

    accepted = [forged for forged in changed if is_accepted(tokens, forged)]

    assert len(changed) == 6 * len(token.split(".")[part])
    assert accepted == []  # SEC-31


@pytest.mark.parametrize("spoil", WRONG_FORMS.values(), ids=WRONG_FORMS)
async def test_form_that_is_not_compact_is_refused(
    tokens: Tokens,
    token: str,
    spoil: Callable[[str], str],
) -> None:
    assert not is_accepted(tokens, spoil(token))  # SEC-43


@pytest.mark.parametrize(("more", "accepted"), [(2000, True), (MAX_LENGTH, False)])
async def test_long_token_is_refused_even_with_a_valid_signature(
    tokens: Tokens,
    token: str,
    more: int,
    accepted: bool,
) -> None:
    header, payload, _ = token.split(".")

    longer = signed(header, encoded({**decoded(payload), "more": "x" * more}))

    assert is_accepted(tokens, longer) is accepted  # SEC-44


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"{", b"", b"\xff"])
async def test_signed_payload_that_is_not_an_object_is_refused(
    tokens: Tokens,
    token: str,
    payload: bytes,
) -> None:
    forged = signed(token.partition(".")[0], base64url(payload))

    assert not is_accepted(tokens, forged)


async def test_token_without_key_id_signed_with_the_same_secret_is_refused(
    tokens: Tokens,
    token: str,
) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})

    assert not is_accepted(tokens, jwt.encode(claims, SECRET_KEY, "HS256"))  # SEC-36


async def test_token_signed_with_another_secret_is_refused(tokens: Tokens, token: str) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = jwt.get_unverified_header(token)

    forged = jwt.encode(claims, SECRET_KEY[::-1], "HS256", headers=headers)

    assert forged.partition(".")[0] == token.partition(".")[0]
    assert not is_accepted(tokens, forged)


# {% endcall %}
