# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Kinds of mail, and the tokens in their links."""

import hmac
import re
import secrets
from datetime import timedelta
from enum import StrEnum

from app.auth.errors import InvalidToken
from app.auth.keys import base64url, subkey
from app.auth.settings import AuthSettings

NOTICE_LIFETIME = timedelta(days=3)  # after that, a notice that could not be sent is dropped
FORM = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


class MailKind(StrEnum):
    """Each kind has a text in the folder of mails. The first three have a link with a token."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a name
    CHANGE_EMAIL = "change_email"
    ACCOUNT_DELETED = "account_deleted"
    ACCOUNT_EXISTS = "account_exists"
    EMAIL_CHANGED = "email_changed"
    NEW_SIGN_IN = "new_sign_in"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- a name
    # {% if "totp" in features %}
    RECOVERY_CODE_USED = "recovery_code_used"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    # {% endif %}


WITH_TOKEN = (MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD, MailKind.CHANGE_EMAIL)


def lifetime(kind: MailKind, settings: AuthSettings) -> timedelta:
    """Return how long a mail may be sent and its token be used."""
    lifetimes = {
        MailKind.VERIFY_EMAIL: timedelta(hours=settings.verify_hours),
        MailKind.RESET_PASSWORD: timedelta(minutes=settings.reset_minutes),
        MailKind.CHANGE_EMAIL: timedelta(minutes=settings.change_email_minutes),
    }
    return lifetimes.get(kind, NOTICE_LIFETIME)


def new_mail_id() -> str:
    return secrets.token_hex(16)


class MailTokens:
    """Derives tokens from rows: a token is of one kind and names one row, which is its record.

    Only the secret key can derive one, so nothing in the database can be used (SEC-91).
    """

    def __init__(self, settings: AuthSettings) -> None:
        self._keys = [subkey(secret, b"mail tokens") for secret in settings.secret_keys]

    def issue(self, mail_id: str, kind: MailKind) -> str:
        return f"{mail_id}.{_mac(self._keys[0], mail_id, kind)}"

    def read(self, token: str, kind: MailKind) -> str:
        """Return the id of the row. Raise InvalidToken for a token that was not issued here."""
        form = FORM.fullmatch(token)
        if form is None:
            raise InvalidToken
        mail_id, mac = form.groups()
        genuine = [hmac.compare_digest(mac, _mac(key, mail_id, kind)) for key in self._keys]
        if not any(genuine):
            raise InvalidToken
        return mail_id


def _mac(key: bytes, mail_id: str, kind: MailKind) -> str:
    return base64url(hmac.digest(key, f"{kind}:{mail_id}".encode(), "sha256"))


# {% endcall %}
