"""Equivalent spellings of identifiers, and valid usernames and e-mails."""

import pytest

from app.auth.errors import InvalidField
from app.auth.identifiers import check_email, check_username, identifier_key

# Written as escapes, because most of these look the same.
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
    "trailing space": ("ann ", "ann"),
    "leading space": (" ann", "ann"),
    "ideographic space": ("\u3000ann", "ann"),
    "line break": ("ann\r\n", "ann"),
    "zero-width space": ("an\u200bn", "ann"),
    "zero-width space before a space": ("ann \u200b", "ann"),
    "byte order mark": ("\ufeffann", "ann"),
    "right-to-left override": ("\u202eann", "ann"),
    "grapheme joiner": ("an\u034fn", "ann"),
    "variation selector": ("ann\ufe0f", "ann"),
    "Hangul filler": ("ann\u3164", "ann"),
    "tag": ("ann\U000e0061", "ann"),
    "full-width at sign": ("ann\uff20example.com", "ann@example.com"),
    "domain in Punycode": ("ann@xn--exmple-cua.de", "ann@ex\u00e4mple.de"),
    "domain in Punycode capitals": ("ann@XN--EXMPLE-CUA.DE", "ann@ex\u00e4mple.de"),
    "domain in capitals": ("ann@EX\u00c4MPLE.DE", "ann@ex\u00e4mple.de"),
    "decomposed domain": ("ann@exa\u0308mple.de", "ann@ex\u00e4mple.de"),
    "sharp s in Punycode": ("ann@xn--strae-oqa.de", "ann@stra\u00dfe.de"),
    "mathematical sigma": ("ann@\U0001d6d3.gr", "ann@\u03c3.gr"),
    "ideographic full stop": ("ann@exam\u3002ple.com", "ann@exam.ple.com"),
    "full-width full stop": ("ann@exam\uff0eple.com", "ann@exam.ple.com"),
    "half-width full stop": ("ann@exam\uff61ple.com", "ann@exam.ple.com"),
    "host of an intranet": ("ann@MAIL_1.local", "ann@mail_1.local"),
}

DISTINCT = {
    "dotless i": ("\u0131an", "ian"),
    "capital dotted i": ("\u0130an", "ian"),
    "accent": ("jos\u00e9", "jose"),
    "Cyrillic a": ("\u0430nn", "ann"),
    "inner space": ("an n", "ann"),
    "umlaut": ("m\u00fcller", "mueller"),
    "sharp s in a domain": ("ann@stra\u00dfe.de", "ann@strasse.de"),
    "full stop in a name": ("an\u3002n@example.com", "an.n@example.com"),
}

UNUSABLE = {
    "NUL": "ann\0",
    "tab inside": "an\tn",
    "half of a surrogate pair": "ann\ud800",
    "255 characters": "a" * 255,
    "256 characters, of which 128 are left": "e\u0301" * 128,
    "key of 255 characters": "\ufdfa" * 15,
}

REFUSED_USERNAMES = {
    "empty": "",
    "two characters": "an",
    "33 characters": "a" * 33,
    "e-mail": "ann@example.com",
    "full-width at sign": "ann\uff20example",
    "space": "ann lee",
    "line break": "ann\nlee",
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
    key = identifier_key(one)

    assert key is not None
    assert key == identifier_key(other)  # SEC-16


@pytest.mark.parametrize(("one", "other"), DISTINCT.values(), ids=DISTINCT)
def test_different_identifiers_have_different_keys(one: str, other: str) -> None:
    assert identifier_key(one) != identifier_key(other)


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)
def test_text_that_no_account_can_have_has_no_key(text: str) -> None:
    assert identifier_key(text) is None  # SEC-78


REFUSED_EMAILS = {
    "empty": "",
    "no at sign": "ann.example.com",
    "no local part": "@example.com",
    "no domain": "ann@",
    "two at signs": "ann@lee@example.com",
    "full-width at sign": "ann\uff20example.com",
    "two dots": "ann..lee@example.com",
    "space": "ann lee@example.com",
    "space before the at sign": "ann @example.com",
    "line break": "ann@example.com\nBcc: bob@example.com",
    "NUL": "ann\0@example.com",
    "display name": "Ann <ann@example.com>",
    "quoted": '"ann lee"@example.com',
    "address of a host": "ann@[127.0.0.1]",
    "right-to-left override": "ann\u202e@example.com",
    "zero-width space": "an\u200bn@example.com",
    "zero-width joiner": "an\u200dn@example.com",
    "grapheme joiner": "an\u034fn@example.com",
    "variation selector": "ann\ufe0f@example.com",
    "Hangul filler": "ann\u3164@example.com",
    "Mongolian selector": "ann\u180b@example.com",
    "tag": "ann\U000e0100@example.com",
    "invisible in the domain": "ann@exam\ufe0fple.com",
    "soft hyphen in the domain": "ann@exam\u00adple.com",
    "half of a surrogate pair": "ann\ud800@example.com",
}


@pytest.mark.parametrize("text", [text for pair in (SAME | DISTINCT).values() for text in pair])
def test_key_of_a_key_is_the_same_key(text: str) -> None:
    key = identifier_key(text)

    assert key is not None
    assert identifier_key(key) == key


@pytest.mark.parametrize("username", REFUSED_USERNAMES.values(), ids=REFUSED_USERNAMES)
def test_username_outside_the_allowlist_is_refused(username: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_username(username)  # SEC-17, SEC-18

    assert refusal.value.field == "username"


@pytest.mark.parametrize("username", ["ann", "Ann.Lee_2-b", "007", "---", "a" * 32])
def test_username_of_the_allowlist_is_accepted(username: str) -> None:
    assert check_username(f" {username}\n") == username


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


RESERVED = ["ann@example", "dev@localhost", "admin@corp.local", "qa@app.test", "a@home.arpa"]


@pytest.mark.parametrize("email", RESERVED)
def test_reserved_domain_is_refused_with_the_reason_unless_it_is_allowed(email: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_email(email, reserved=False)

    assert refusal.value.reason == "The domain is reserved or local, not on the internet."
    assert check_email(email, reserved=True) == email


def test_email_gets_its_normal_form() -> None:
    assert check_email(" Ann@XN--EXMPLE-CUA.de\n") == "Ann@ex\u00e4mple.de"


def test_longest_email_is_accepted() -> None:
    email = "a" * 242 + "@example.com"

    assert check_email(email) == email
