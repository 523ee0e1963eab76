# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Passwords are hashed with a salt, compared byte for byte, and upgraded when they are checked."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from passlib.context import CryptContext

from app.auth.hashing import PasswordContext, PasswordHasher, Verification, password_context
from app.auth.settings import AuthSettings
from tests.auth.conftest import settings_with

# {% if password_hash == "bcrypt" %}
PREFIX = "$bcrypt-sha256$v=2,t=2b,r=12$"
CHEAPEST: dict[str, object] = {"bcrypt_rounds": 10}
CHEAPEST_PREFIX = "$bcrypt-sha256$v=2,t=2b,r=10$"
# {% else %}
#| PREFIX = "$argon2id$v=19$m=19456,t=2,p=1$"
#| CHEAPEST: dict[str, object] = {}
#| CHEAPEST_PREFIX = PREFIX
# {% endif %}

# Passwords that a careless hash takes for one and the same.
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
    "disabled": "!",
    "cut": PREFIX,
    "parameters only": PREFIX.rpartition("$")[0],
    "without digest": PREFIX + "abcdefghijklmnopqrstuu",
    "not ASCII": PREFIX + "\u00e4",
    "NUL": "\0",
}


class CountingContext:
    """Counts what is verified, and against what."""

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


@pytest.fixture
def production_hasher() -> Iterator[PasswordHasher]:
    """Hashes with the cheapest parameters that the settings allow."""
    hasher = PasswordHasher(settings_with(**CHEAPEST))
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


async def test_same_password_is_never_hashed_alike(hasher: PasswordHasher) -> None:
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


def test_hash_shows_the_scheme_and_cost_of_the_defaults(auth_settings: AuthSettings) -> None:
    stored = password_context(auth_settings).hash("a good long passphrase")

    assert stored.startswith(PREFIX)  # SEC-9
    assert len(stored) <= 255  # the column


async def test_current_hash_is_not_upgraded(production_hasher: PasswordHasher) -> None:
    stored = await production_hasher.hash("a good long passphrase")

    checked = await production_hasher.verify("a good long passphrase", stored)

    assert checked == Verification(valid=True, upgraded_hash=None)


async def test_hash_with_outdated_parameters_is_upgraded(
    production_hasher: PasswordHasher,
    password_context: PasswordContext,
) -> None:
    outdated = password_context.hash("a good long passphrase")

    checked = await production_hasher.verify("a good long passphrase", outdated)

    assert checked.valid
    assert (checked.upgraded_hash or "").startswith(CHEAPEST_PREFIX)  # SEC-10


async def test_hash_of_a_weaker_scheme_is_upgraded(production_hasher: PasswordHasher) -> None:
    weaker: Any = CryptContext(["bcrypt"], bcrypt__rounds=4)
    outdated = cast(PasswordContext, weaker).hash("a good long passphrase")

    checked = await production_hasher.verify("a good long passphrase", outdated)

    assert checked.valid
    assert (checked.upgraded_hash or "").startswith(CHEAPEST_PREFIX)


async def test_wrong_password_upgrades_nothing(
    production_hasher: PasswordHasher,
    password_context: PasswordContext,
) -> None:
    outdated = password_context.hash("a good long passphrase")

    checked = await production_hasher.verify("another passphrase", outdated)

    assert checked == Verification(valid=False, upgraded_hash=None)


@pytest.mark.parametrize("stored", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_hash_matches_no_password(hasher: PasswordHasher, stored: str) -> None:
    checked = await hasher.verify("password", stored)

    assert checked == Verification(valid=False)  # SEC-11


@pytest.mark.parametrize("stored", [None, "", "plain text"])
async def test_decoy_of_the_current_scheme_is_verified_where_there_is_no_hash(
    hasher: PasswordHasher,
    context: CountingContext,
    stored: str | None,
) -> None:
    real = await hasher.hash("a good long passphrase")

    checked = await hasher.verify("a good long passphrase", stored)

    (decoy,) = context.verified
    assert checked == Verification(valid=False)
    assert decoy.rsplit("$", 2)[0] == real.rsplit("$", 2)[0]  # scheme and cost, SEC-21


# {% endcall %}
