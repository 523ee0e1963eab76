"""Which passwords are accepted."""

import pytest

from app.auth.errors import InvalidField
from app.auth.passwords import check_password, common_passwords, is_too_long
from app.auth.settings import AuthSettings
from tests.auth.conftest import settings_with

REFUSED = {
    "seven characters": ("g7#kQ2x", "at least 8 characters"),
    "seven emoji": ("\U0001f511" * 7, "at least 8 characters"),
    "empty": ("", "at least 8 characters"),
    "one byte too long": ("g7#kQ2xw" * 128 + "!", "at most 1024 bytes"),
    "too long in bytes only": ("\U0001f511" * 257, "at most 1024 bytes"),
    "common": ("password1", "among the most common"),
    "common in capitals": ("PASSWORD1", "among the most common"),
    "common in full-width letters": ("\uff50assword1", "among the most common"),
    "common and long": ("1234567890", "among the most common"),
    "username": ("marylou77", "holds your name"),
    "username within": ("xx-MaryLou77-xx", "holds your name"),
    "first part of the e-mail": ("mary.louise!", "holds your name"),
    "name of this app": ("notebook2030!", "holds your name or the name of this app"),
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
    check_password(
        password,
        email="mary.louise@example.com",
        username="marylou77",
        settings=settings,
    )


@pytest.fixture
def auth_settings() -> AuthSettings:
    return settings_with(issuer="notebook")


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


def test_common_passwords_are_as_many_as_the_standard_asks(auth_settings: AuthSettings) -> None:
    """Three thousand that the other rules would let pass (ASVS 6.2.4)."""
    minimum = auth_settings.password_min_length

    assert len([password for password in common_passwords() if len(password) >= minimum]) >= 3000


@pytest.mark.parametrize("password", ACCEPTED.values(), ids=ACCEPTED)
def test_password_of_any_composition_is_accepted(
    auth_settings: AuthSettings,
    password: str,
) -> None:
    check(password, auth_settings)


def test_minimum_is_a_setting() -> None:
    settings = settings_with(password_min_length=15)

    with pytest.raises(InvalidField, match="not acceptable"):
        check("g7#kQ2xw-14-ch", settings)

    check("g7#kQ2xw-15-chr", settings)


def test_name_of_three_letters_may_occur_by_chance() -> None:
    settings = settings_with(issuer="app")

    check_password("happy bannister", email="ann@example.com", username="ann", settings=settings)


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
