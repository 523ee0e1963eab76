"""User IDs, usernames and e-mail addresses: their form, and the key for look-ups."""

import re
import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from app.auth.errors import InvalidField

# The longest address in SMTP (RFC 5321, section 4.5.3.1). The key column has this size.
EMAIL_MAX_LENGTH = 254
USERNAME_MIN_LENGTH = 3
USERNAME_MAX_LENGTH = 32
# Without `@`, a username cannot be an e-mail address (SEC-17). ASCII prevents look-alikes (SEC-18).
USERNAME = re.compile(r"[A-Za-z0-9._-]+")
# Default_Ignorable_Code_Point of Unicode: fonts do not draw these characters.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# The type of user IDs in columns, tokens, events and schemas.
UserId = int


def read_user_id(subject: object) -> UserId | None:
    """Return the user ID in the `sub` of a token, or None if it is malformed."""
    if not isinstance(subject, str) or not re.fullmatch("[1-9][0-9]{0,17}", subject):
        return None
    return int(subject)


def identifier_key(text: str) -> str | None:
    """Return the key for storing, finding and counting a typed username or e-mail address.

    All spellings of an identifier have one key (SEC-16). Return None if no account can have the
    identifier; some databases reject a query for it.
    """
    text = INVISIBLE.sub("", text).strip()
    if len(text) > EMAIL_MAX_LENGTH:
        return None  # the time to normalise is quadratic in the length
    name, at, domain = text.rpartition("@")
    key = fold(name) + at + _domain_key(domain) if at else fold(text)
    return key if len(key) <= EMAIL_MAX_LENGTH and key.isprintable() else None


def fold(text: str) -> str:
    """Remove differences of case, width and composition: NFKC, casefold, NFKC."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def _domain_key(domain: str) -> str:
    """Return the domain in Unicode. It is not folded: DNS distinguishes ß and ss (RFC 5894)."""
    try:
        return idna.decode(domain, uts46=True)
    except UnicodeError:
        return fold(domain)


def check_username(username: str) -> str:
    """Return the username without surrounding spaces, or raise InvalidField."""
    username = username.strip()
    if not USERNAME_MIN_LENGTH <= len(username) <= USERNAME_MAX_LENGTH:
        raise InvalidField(
            "username",
            f"Use {USERNAME_MIN_LENGTH} to {USERNAME_MAX_LENGTH} characters.",
        )
    if not USERNAME.fullmatch(username):
        raise InvalidField("username", "Use only letters a to z, digits, dot, hyphen, underscore.")
    return username


def check_email(email: str, *, field: str = "email", reserved: bool = False) -> str:
    """Return the normal form, or raise InvalidField. No mail server is contacted.

    `reserved` accepts domains that are not on the internet: `localhost`, `corp.local`, `app.test`.
    """
    email = email.strip()
    too_long = InvalidField(field, f"Use at most {EMAIL_MAX_LENGTH} characters.")
    if len(email) > EMAIL_MAX_LENGTH:
        raise too_long
    is_public, normal = _normal_email(email)
    # Removing invisible characters could turn the address into that of another person.
    if not normal or INVISIBLE.search(email):
        raise InvalidField(field, "Not a valid e-mail address.")
    if identifier_key(normal) is None:
        raise too_long
    if not (is_public or reserved):
        raise InvalidField(field, "The domain is reserved or local, not on the internet.")
    return normal


def _normal_email(email: str) -> tuple[bool, str]:
    """Return whether the domain can be on the internet, and the normal form or an empty string."""
    # The library refuses reserved domains. Below a public one, it checks only their syntax. Its
    # messages repeat the input (SEC-77).
    for suffix in ("", ".com"):
        try:
            normal = validate_email(f"{email}{suffix}", check_deliverability=False).normalized
        except EmailNotValidError:
            continue
        return not suffix, normal.removesuffix(suffix)
    return False, ""
