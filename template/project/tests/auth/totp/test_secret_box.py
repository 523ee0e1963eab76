"""Seeds at rest."""

import base64

import pytest

from app.auth.totp.secret_box import SecretBox
from tests.auth.conftest import settings_with
from tests.conftest import SECRET_KEY

SEED = b"12345678901234567890"
NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
ANN, BOB = 7, 8


@pytest.fixture
def box() -> SecretBox:
    return SecretBox(settings_with())


def test_sealed_seed_is_opened_for_its_user_only(box: SecretBox) -> None:
    """SEC-119: a row that is moved to another user stays shut."""
    sealed = box.seal(SEED, ANN)

    assert box.open(sealed, box.kid, ANN) == SEED
    assert box.open(sealed, box.kid, BOB) is None


def test_sealed_seed_fits_its_column_and_shows_nothing(box: SecretBox) -> None:
    sealed = [box.seal(SEED, ANN) for _ in range(100)]

    assert {len(one) for one in sealed} == {64}
    assert len(set(sealed)) == 100
    assert [one for one in sealed if SEED in base64.urlsafe_b64decode(one)] == []


@pytest.mark.parametrize("place", range(64))
def test_change_of_any_character_is_noticed(box: SecretBox, place: int) -> None:
    sealed = box.seal(SEED, ANN)
    other = "A" if sealed[place] != "A" else "B"

    assert box.open(sealed[:place] + other + sealed[place + 1 :], box.kid, ANN) is None


def test_previous_key_opens_and_the_current_one_seals(box: SecretBox) -> None:
    changed = SecretBox(settings_with(secret_key=NEW_KEY, secret_key_previous=[SECRET_KEY]))
    sealed = box.seal(SEED, ANN)

    assert changed.open(sealed, box.kid, ANN) == SEED
    assert changed.kid != box.kid
    assert box.open(changed.seal(SEED, ANN), changed.kid, ANN) is None


def test_key_that_is_gone_opens_nothing(box: SecretBox) -> None:
    dropped = SecretBox(settings_with(secret_key=NEW_KEY))

    assert dropped.open(box.seal(SEED, ANN), box.kid, ANN) is None
