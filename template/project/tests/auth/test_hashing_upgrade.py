# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""New hashes use the configured scheme and cost, and outdated hashes are replaced."""

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


@pytest.fixture
def production_hasher() -> Iterator[PasswordHasher]:
    """A hasher with the cheapest parameters that the settings allow."""
    settings = settings_with(**CHEAPEST)
    hasher = PasswordHasher(settings, password_context(settings))
    yield hasher
    hasher.close()


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


@pytest.mark.parametrize("password", ["long passphrase " * 5, "\u00e9" * 40 + "x"])
async def test_hash_of_the_first_72_bytes_is_upgraded_to_the_whole_password(
    production_hasher: PasswordHasher,
    password: str,
) -> None:
    """Older bcrypt libraries cut off the rest."""
    weaker: Any = CryptContext(["bcrypt"], bcrypt__rounds=4)
    outdated = weaker.hash(password.encode()[:72])

    checked = await production_hasher.verify(password, outdated)
    wrong = await production_hasher.verify(f"x{password}", outdated)
    again = await production_hasher.verify(password, checked.upgraded_hash)
    shorter = await production_hasher.verify(password[:-1], checked.upgraded_hash)

    assert (checked.valid, wrong.valid) == (True, False)
    assert (again.valid, shorter.valid) == (True, False)


async def test_wrong_password_upgrades_nothing(
    production_hasher: PasswordHasher,
    password_context: PasswordContext,
) -> None:
    outdated = password_context.hash("a good long passphrase")

    checked = await production_hasher.verify("another passphrase", outdated)

    assert checked == Verification(valid=False, upgraded_hash=None)


# {% endcall %}
