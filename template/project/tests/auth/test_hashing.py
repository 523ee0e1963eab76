# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Passwords are salted, hashed and compared exactly. A missing hash costs the same time."""

from collections.abc import Iterator

import pytest

from app.auth.hashing import (
    NO_PASSWORD,
    PasswordContext,
    PasswordHasher,
    Verification,
    password_context,
)
from app.auth.settings import AuthSettings

# {% if password_hash == "bcrypt" %}
PREFIX = "$bcrypt-sha256$v=2,t=2b,r=12$"
# {% else %}
#| PREFIX = "$argon2id$v=19$m=19456,t=2,p=1$"
# {% endif %}

# Pairs of passwords that a careless scheme treats as equal.
DIFFERENT = {
    "in the 73rd byte": ("a" * 72 + "x", "a" * 72 + "y"),  # SEC-3
    "beyond the 72nd byte": ("a" * 72, "a" * 73),
    "after a NUL": ("pass\0word", "pass\0wort"),  # SEC-6
    "in a NUL at the end": ("password\0", "password"),
    "in a trailing space": ("password ", "password"),
    "in a leading space": (" password", "password"),
    "in letter case": ("Password", "password"),
    "in normalisation": ("caf\u00e9", "cafe\u0301"),
    "in width": ("\uff50assword", "password"),
}

MALFORMED = {
    "empty": "",
    "plain text": "password",
    "unknown scheme": "$unknown$v=1$c2FsdA$aGFzaA",
    "no password": NO_PASSWORD,
    "cut": PREFIX,
    "parameters only": PREFIX.rpartition("$")[0],
    "without digest": PREFIX + "abcdefghijklmnopqrstuu",
    "not ASCII": PREFIX + "\u00e4",
    "NUL": "\0",
}


class CountingContext:
    """Records the hashes that passwords are verified against."""

    def __init__(self, context: PasswordContext) -> None:
        self.context = context
        self.verified: list[str] = []

    def hash(self, secret: str, /) -> str:
        return self.context.hash(secret)

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]:
        self.verified.append(stored)
        return self.context.verify_and_update(secret, stored)

    def identify(self, stored: str, /) -> str | None:
        return self.context.identify(stored)


@pytest.fixture
def context(password_context: PasswordContext) -> CountingContext:
    return CountingContext(password_context)


@pytest.fixture
def hasher(auth_settings: AuthSettings, context: CountingContext) -> Iterator[PasswordHasher]:
    hasher = PasswordHasher(auth_settings, context)
    yield hasher
    hasher.close()


async def test_password_is_verified_against_its_hash(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("a good long passphrase")

    checked = await hasher.verify("a good long passphrase", stored)

    assert checked == Verification(valid=True)


async def test_another_password_is_refused(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("a good long passphrase")

    checked = await hasher.verify("a good long passphrasf", stored)

    assert checked == Verification(valid=False)


async def test_same_password_never_has_the_same_hash(hasher: PasswordHasher) -> None:
    first = await hasher.hash("a good long passphrase")
    second = await hasher.hash("a good long passphrase")

    assert first != second


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
async def test_passwords_that_differ_are_not_interchangeable(
    hasher: PasswordHasher,
    one: str,
    other: str,
) -> None:
    stored = await hasher.hash(one)

    checked = await hasher.verify(one, stored)
    confused = await hasher.verify(other, stored)

    assert (checked.valid, confused.valid) == (True, False)


@pytest.mark.parametrize("stored", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_hash_matches_no_password(hasher: PasswordHasher, stored: str) -> None:
    checked = await hasher.verify("password", stored)

    assert checked == Verification(valid=False)  # SEC-11


@pytest.mark.parametrize("stored", [None, "", "plain text", NO_PASSWORD])
async def test_decoy_of_the_current_scheme_is_verified_if_there_is_no_hash(
    hasher: PasswordHasher,
    context: CountingContext,
    stored: str | None,
) -> None:
    real = await hasher.hash("a good long passphrase")

    checked = await hasher.verify("a good long passphrase", stored)

    (decoy,) = context.verified
    assert checked == Verification(valid=False)
    assert decoy.rsplit("$", 2)[0] == real.rsplit("$", 2)[0]  # scheme and cost, SEC-21


def test_no_password_marker_is_not_a_valid_hash(
    auth_settings: AuthSettings,
) -> None:
    context = password_context(auth_settings)

    assert context.identify(NO_PASSWORD) is None


class CredulousContext(CountingContext):
    """Accepts every password."""

    def verify_and_update(self, secret: str, stored: str, /) -> tuple[bool, str | None]:
        return True, "an upgraded hash"


async def test_decoy_accepts_no_password(
    auth_settings: AuthSettings,
    password_context: PasswordContext,
) -> None:
    hasher = PasswordHasher(auth_settings, CredulousContext(password_context))

    checked = await hasher.verify("a good long passphrase", None)

    hasher.close()
    assert checked == Verification(valid=False)


# {% endcall %}
