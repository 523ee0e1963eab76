"""Password rules: length, guessable passwords, names of the user."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.auth.errors import InvalidField
from app.auth.guessing import MAX_LENGTH, guesses
from app.auth.passwords import FEWEST_GUESSES, check_password, is_too_long
from app.auth.settings import AuthSettings
from tests.auth.conftest import new_user, settings_with
from tests.steps import Account, account_named

REFUSED = {
    "seven characters": ("g7#kQ2x", "at least 8 characters"),
    "seven emoji": ("\U0001f511" * 7, "at least 8 characters"),
    "empty": ("", "at least 8 characters"),
    "one byte too long": ("g7#kQ2xw" * 128 + "!", "at most 1024 bytes"),
    "too long in bytes only": ("\U0001f511" * 257, "at most 1024 bytes"),
    "username": ("marylou77", "contains your name"),
    "username within": ("xx-MaryLou77-xx", "contains your name"),
    "first part of the e-mail": ("mary.louise!", "contains your name"),
    "name of this app": ("notebook2030!", "contains your name or the name of this app"),
}

# Each is refused at every minimum length that it satisfies.
GUESSABLE = {
    "common": "password1",
    "common in capitals": "PASSWORD1",
    "common in full-width letters": "\uff50assword1",
    "common and long": "1234567890",
    "common with a substitution": "P@ssw0rd",
    "leaked and random": "fqrg7cs493",
    "leaked and long": "1q2w3e4r5t6y7u8i9o0p",
    "word": "basketball",
    "name": "jennifer",
    "month": "december",
    "two words": "marysecret",
    "backwards": "llabteksab",
    "one character": "00000000",
    "one letter, 15 times": "aaaaaaaaaaaaaaa",
    "repetition": "123123123",
    "repetition of a word": "passwordpassword",
    "doubled characters": "aaaabbbbcccc",
    "sequence": "abcdefgh",
    "sequence backwards": "87654321",
    "long sequence": "abcdefghijklmnop",
    "digits": "12345678901234567890",
    "date": "19901231",
    "date with dots": "31.12.1999",
    "date with hyphens": "1999-12-31",
    "keyboard row": "poiuytrewqlkjhg",
    "keyboard row with marks": "zxcvbnm,./",
    "name and year": "michael1987",
    "keyboard columns": "1qaz2wsx3edc4rfv",
    "word and digits": "letmein12345",
    "digits before a line break": "11\u096a\u0667\u09681\n\n",
}

ACCEPTED = {
    "eight characters": "g7#kQ2xw",
    "eight emoji": "\U0001f511" * 8,
    "64 characters of four bytes": "\U0001f511" * 64,
    "as long as can be": "g7#kQ2xw" * 128,
    "only small letters": "correcthorsebattery",
    "spaces": "  a quiet  place  ",
    "another script": "\u043f\u0430\u0440\u043e\u043b\u044c \u043d\u0435\u0442",
    "NUL": "a quiet\0place",
    "domain of the e-mail": "example at sea",
}


def check(password: str, settings: AuthSettings) -> None:
    account = account_named("marylou77", email="mary.louise@example.com")
    check_password(password, new_user(account), settings)


@pytest.fixture
def auth_settings() -> AuthSettings:
    return settings_with(issuer="notebook", password_min_length=8)


@pytest.mark.parametrize(("password", "reason"), REFUSED.values(), ids=REFUSED)
def test_password_is_refused_with_a_reason(
    auth_settings: AuthSettings,
    password: str,
    reason: str,
) -> None:
    with pytest.raises(InvalidField) as refusal:
        check(password, auth_settings)

    assert refusal.value.field == "password"
    assert reason in refusal.value.reason


def test_refusal_does_not_quote_the_password(auth_settings: AuthSettings) -> None:
    with pytest.raises(InvalidField) as refusal:
        check("password1", auth_settings)

    assert "password1" not in f"{refusal.value} {refusal.value.reason}"


@pytest.mark.parametrize("password", GUESSABLE.values(), ids=GUESSABLE)
def test_guessable_password_is_refused(auth_settings: AuthSettings, password: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check(password, auth_settings)

    assert refusal.value.reason == "This password is common or easy to guess."


def test_common_passwords_are_refused(auth_settings: AuthSettings) -> None:
    """At least 3000 that are long enough (ASVS 6.2.4)."""
    ranked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 8]

    assert len(ranked) >= 3000
    assert [word for word in ranked[:300] if guesses(word) >= FEWEST_GUESSES] == []
    assert max(map(guesses, ranked[3000::100])) < FEWEST_GUESSES


def test_estimate_is_fast_for_every_password() -> None:
    """Substitution tables and recursion make zxcvbn itself exponential."""
    hostile = "4@8({[<369!1|05$7+%2" * 50

    assert guesses(hostile) == guesses(hostile[:MAX_LENGTH])


@pytest.mark.parametrize("password", ACCEPTED.values(), ids=ACCEPTED)
def test_password_of_any_composition_is_accepted(
    auth_settings: AuthSettings,
    password: str,
) -> None:
    check(password, auth_settings)


@pytest.mark.parametrize("minimum", [8, 15, 64])
def test_minimum_is_a_setting(minimum: int) -> None:
    settings = settings_with(password_min_length=minimum)
    password = ("g7#kQ2xw-zT4" * 6)[:minimum]

    with pytest.raises(InvalidField) as refusal:
        check(password[:-1], settings)

    assert refusal.value.reason.startswith(f"Use at least {minimum} characters")
    check(password, settings)


def test_password_alone_has_15_characters() -> None:
    """NIST SP 800-63B-4, section 3.1.1.2: eight are enough with a second factor only."""
    with pytest.raises(InvalidField):
        check("g7#kQ2xw-14-ch", settings_with())

    check("g7#kQ2xw-15-chr", settings_with())


def test_name_of_three_letters_may_occur_by_chance() -> None:
    settings = settings_with(issuer="app", password_min_length=8)

    check_password("happy bannister", new_user(Account()), settings)


@pytest.mark.parametrize(
    ("password", "too_long"),
    [("a" * 1024, False), ("a" * 1025, True), ("\u00e9" * 512, False), ("\u00e9" * 513, True)],
)
def test_upper_bound_is_in_bytes(
    auth_settings: AuthSettings,
    password: str,
    too_long: bool,
) -> None:
    assert is_too_long(password, auth_settings) is too_long  # SEC-4
