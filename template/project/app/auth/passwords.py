"""Which passwords are accepted: long enough, not common, not the user's own name (ASVS 6.2)."""

from functools import cache

from app.auth.errors import InvalidField
from app.auth.identifiers import canonical
from app.auth.settings import AuthSettings

# A name shorter than this occurs in good passwords by chance.
SHORTEST_TELLING_NAME = 4


def check_password(
    password: str,
    *,
    email: str,
    username: str,
    settings: AuthSettings,
    field: str = "password",
) -> None:
    """Raise InvalidField, for the named field, with the reason unless a password is acceptable."""
    if len(password) < settings.password_min_length:
        raise InvalidField(field, f"Use at least {settings.password_min_length} characters.")
    if is_too_long(password, settings):
        raise InvalidField(field, f"Use at most {settings.password_max_bytes} bytes.")
    key = canonical(password)
    if key in common_passwords():
        raise InvalidField(field, "This password is among the most common ones.")
    names = (username, email.partition("@")[0], settings.issuer)
    if any(len(name) >= SHORTEST_TELLING_NAME and canonical(name) in key for name in names):
        raise InvalidField(field, "The password holds your name or the name of this app.")


def is_too_long(password: str, settings: AuthSettings) -> bool:
    """Tell whether a password is over the bound that keeps hashing cheap (CVE-2013-1443)."""
    return len(password.encode()) > settings.password_max_bytes


@cache
def common_passwords() -> frozenset[str]:
    # Imported when first needed: loading zxcvbn's lists would slow every start by a tenth.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
