"""Which spellings are one and the same account, and which usernames there can be."""

import pytest

from app.auth.errors import InvalidField
from app.auth.identifiers import canonical, check_email, check_username

# Escapes, because most of these look alike.
SAME = {
    "letter case": ("Admin", "admin"),
    "full-width letter": ("\uff41dmin", "admin"),
    "full-width digit": ("ann\uff11", "ann1"),
    "Kelvin sign": ("\u212aate", "kate"),
    "sharp s": ("stra\u00dfe", "strasse"),
    "capital sharp s": ("stra\u1e9ee", "strasse"),
    "ligature": ("o\ufb03ce", "office"),
    "composed and decomposed accent": ("jos\u00e9", "jose\u0301"),
    "final sigma": ("\u03c3\u03c2", "\u03c3\u03c3"),
    "long s": ("\u017fam", "sam"),
    "no-break space": ("ann\u00a0lee", "ann lee"),
}

DISTINCT = {
    "dotless i": ("\u0131an", "ian"),
    "capital dotted i": ("\u0130an", "ian"),
    "accent": ("jos\u00e9", "jose"),
    "Cyrillic a": ("\u0430nn", "ann"),
    "trailing space": ("ann ", "ann"),
    "leading space": (" ann", "ann"),
    "zero-width space": ("an\u200bn", "ann"),
    "NUL": ("ann\0", "ann"),
    "umlaut": ("m\u00fcller", "mueller"),
}

REFUSED_USERNAMES = {
    "empty": "",
    "two characters": "an",
    "33 characters": "a" * 33,
    "e-mail": "ann@example.com",
    "full-width at sign": "ann\uff20example",
    "space": "ann lee",
    "trailing space": "ann ",
    "newline at the end": "ann\n",
    "slash": "ann/lee",
    "backslash": "ann\\lee",
    "quote": "ann'lee",
    "accent": "jos\u00e9",
    "Cyrillic a": "\u0430nn",
    "full-width letter": "\uff41nn",
    "Arabic digit": "ann\u0661",
    "Kelvin sign": "\u212aate",
    "zero-width space": "an\u200bn",
    "right-to-left override": "ann\u202etxt",
    "soft hyphen": "an\u00adn",
    "NUL": "ann\0",
    "escape": "ann\x1b[31m",
    "emoji": "ann\U0001f600",
    "half of a surrogate pair": "ann\ud800",
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_spellings_of_one_identifier_have_one_key(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)  # SEC-16


@pytest.mark.parametrize(("one", "other"), DISTINCT.values(), ids=DISTINCT)
def test_different_identifiers_have_different_keys(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


REFUSED_EMAILS = {
    "empty": "",
    "no at sign": "ann.example.com",
    "no local part": "@example.com",
    "no domain": "ann@",
    "domain without a dot": "ann@example",
    "two at signs": "ann@lee@example.com",
    "full-width at sign": "ann\uff20example.com",
    "two dots": "ann..lee@example.com",
    "space": "ann lee@example.com",
    "leading space": " ann@example.com",
    "newline at the end": "ann@example.com\n",
    "NUL": "ann\0@example.com",
    "display name": "Ann <ann@example.com>",
    "quoted": '"ann lee"@example.com',
    "address of a host": "ann@[127.0.0.1]",
    "right-to-left override": "ann\u202e@example.com",
    "half of a surrogate pair": "ann\ud800@example.com",
}


@pytest.mark.parametrize("text", [text for pair in (SAME | DISTINCT).values() for text in pair])
def test_key_is_its_own_key(text: str) -> None:
    key = canonical(text)

    assert canonical(key) == key


@pytest.mark.parametrize("username", REFUSED_USERNAMES.values(), ids=REFUSED_USERNAMES)
def test_username_outside_the_allowlist_is_refused(username: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_username(username)  # SEC-17, SEC-18

    assert refusal.value.field == "username"


@pytest.mark.parametrize("username", ["ann", "Ann.Lee_2-b", "007", "---", "a" * 32])
def test_username_of_the_allowlist_is_accepted(username: str) -> None:
    check_username(username)


@pytest.mark.parametrize(
    "email",
    ["a" * 243 + "@example.com", "\u00df" * 130 + "@example.com", "\ufdfa" * 20 + "@example.com"],
    ids=["itself", "key after folding", "key after normalisation"],
)
def test_email_that_does_not_fit_its_columns_is_refused(email: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_email(email)

    assert refusal.value.field == "email"


@pytest.mark.parametrize("email", REFUSED_EMAILS.values(), ids=REFUSED_EMAILS)
def test_email_without_valid_syntax_is_refused_and_not_quoted(email: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_email(email)

    assert refusal.value.reason == "Not a valid e-mail address."  # SEC-77


def test_email_gets_its_normal_form() -> None:
    assert check_email("Ann@EXAMPLE.com") == "Ann@example.com"


def test_longest_email_is_accepted() -> None:
    email = "a" * 242 + "@example.com"

    assert check_email(email) == email
