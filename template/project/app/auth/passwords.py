"""Password rules: length, guessable passwords, names of the user (ASVS 6.2)."""

from app.auth.errors import InvalidField
from app.auth.guessing import guesses, is_leaked
from app.auth.identifiers import fold
from app.auth.protocols import NewUser, UserProtocol
from app.auth.settings import AuthSettings

# Shorter names occur in good passwords by chance.
SHORTEST_TELLING_NAME = 4
# zxcvbn calls passwords that need fewer guesses "very guessable".
FEWEST_GUESSES = 10**6


def check_password(
    password: str,
    user: NewUser | UserProtocol,
    settings: AuthSettings,
    *,
    field: str = "password",
) -> None:
    """Raise InvalidField with the reason if the password is not acceptable."""
    minimum = settings.password_min_length
    if len(password) < minimum:
        raise InvalidField(field, f"Use at least {minimum} characters, for example a few words.")
    if is_too_long(password, settings):
        raise InvalidField(field, f"Use at most {settings.password_max_bytes} bytes.")
    folded = fold(password)
    names = (user.username, user.email.partition("@")[0], settings.issuer)
    if any(len(name) >= SHORTEST_TELLING_NAME and fold(name) in folded for name in names):
        raise InvalidField(field, "The password contains your name or the name of this app.")
    if is_leaked(folded) or guesses(folded) < FEWEST_GUESSES:
        raise InvalidField(field, "This password is common or easy to guess.")


def is_too_long(password: str, settings: AuthSettings) -> bool:
    """Return True if hashing the password would be expensive (CVE-2013-1443)."""
    return len(password.encode()) > settings.password_max_bytes
