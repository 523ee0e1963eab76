"""What a username and an e-mail may be, and the one key under which each is looked up."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.auth.errors import InvalidField

# Longest e-mail that SMTP can deliver to (RFC 5321, section 4.5.3.1); the key column has this size.
EMAIL_MAX_LENGTH = 254
USERNAME_MIN_LENGTH = 3
USERNAME_MAX_LENGTH = 32
# No `@`, so that a username never reads as somebody's e-mail (SEC-17), and ASCII, so that no two
# usernames look alike (SEC-18).
USERNAME = re.compile(r"[A-Za-z0-9._-]+")


def canonical(identifier: str) -> str:
    """Return the key under which an identifier is unique: NFKC, casefold, NFKC (SEC-16)."""
    folded = unicodedata.normalize("NFKC", identifier).casefold()
    return unicodedata.normalize("NFKC", folded)


def can_exist(identifier: str) -> bool:
    """Tell whether any account could have this identifier; some databases refuse to be asked."""
    trimmed = identifier.strip() == identifier  # some databases overlook a space at the end
    return len(identifier) <= EMAIL_MAX_LENGTH and identifier.isprintable() and trimmed


def check_username(username: str) -> None:
    """Raise InvalidField unless the username is allowed."""
    if not USERNAME_MIN_LENGTH <= len(username) <= USERNAME_MAX_LENGTH:
        raise InvalidField(
            "username",
            f"Use {USERNAME_MIN_LENGTH} to {USERNAME_MAX_LENGTH} characters.",
        )
    if not USERNAME.fullmatch(username):
        raise InvalidField("username", "Use only letters a to z, digits, dot, hyphen, underscore.")


def check_email(email: str) -> str:
    """Return the e-mail in its normal form, or raise InvalidField; no mail server is asked."""
    if len(email) > EMAIL_MAX_LENGTH or len(canonical(email)) > EMAIL_MAX_LENGTH:
        raise InvalidField("email", f"Use at most {EMAIL_MAX_LENGTH} characters.")
    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        # The library's own message quotes what was sent (SEC-77).
        raise InvalidField("email", "Not a valid e-mail address.") from None
