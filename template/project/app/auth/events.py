# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Audit events (ASVS 16.3)."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from opentelemetry.metrics import get_meter

from app.auth.clock import Clock
from app.auth.identifiers import UserId, identifier_key
from app.auth.keys import subkey
from app.auth.request_context import current_request
from app.auth.settings import AuthSettings

Outcome = Literal["success", "failure"]
PSEUDONYM_LENGTH = 16  # hexadecimal digits, enough to follow one session through the log
# Without an SDK of OpenTelemetry, it counts nothing.
EVENTS = get_meter(__name__).create_counter("auth.events", description="Audit events")


class EventName(StrEnum):
    """Names from the OWASP logging vocabulary, for which alert rules exist."""

    LOGIN_SUCCESS = "authn_login_success"
    LOGIN_FAIL = "authn_login_fail"
    LOGIN_LOCK = "authn_login_lock"
    PASSWORD_CHANGE = "authn_password_change"  # noqa: S105 -- a name
    PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105 -- a name
    PASSWORD_RESET_REQUEST = "authn_password_reset_request"  # noqa: S105 -- a name
    EMAIL_VERIFIED = "authn_email_verified"
    # {% if "totp" in features %}
    FACTOR_ADDED = "authn_factor_added"
    FACTOR_REMOVED = "authn_factor_removed"
    FACTOR_USED = "authn_factor_used"
    FACTOR_REFUSED = "authn_factor_refused"
    RECOVERY_CODE_USED = "authn_recovery_code_used"
    # {% endif %}
    REAUTHENTICATED = "authn_reauthenticated"
    TOKEN_CREATED = "authn_token_created"  # noqa: S105 -- a name
    TOKEN_REUSE = "authn_token_reuse"  # noqa: S105 -- a name
    TOKEN_REVOKED = "authn_token_revoked"  # noqa: S105 -- a name
    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    ROLE_CHANGED = "authz_change"
    USER_DELETED = "user_deleted"
    EMAIL_CHANGED = "user_email_changed"
    MAIL_FAILED = "mail_failed"
    DATA_DELETED = "sensitive_delete"
    RATE_LIMIT_EXCEEDED = "excess_rate_limit_exceeded"
    # {% if transport != "header" %}
    CROSS_SITE_REQUEST = "malicious_csrf"
    # {% endif %}


# Events whose outcome is a failure.
FAILURES = {
    EventName.LOGIN_FAIL,
    EventName.LOGIN_LOCK,
    EventName.PASSWORD_CHANGE_FAIL,
    # {% if "totp" in features %}
    EventName.FACTOR_REFUSED,
    # {% endif %}
    EventName.TOKEN_REUSE,
    EventName.MAIL_FAILED,
    EventName.RATE_LIMIT_EXCEEDED,
    # {% if transport != "header" %}
    EventName.CROSS_SITE_REQUEST,
    # {% endif %}
}
# Events that are logged as warnings.
ALARMING = {
    EventName.LOGIN_LOCK,
    EventName.MAIL_FAILED,
    # {% if "totp" in features %}
    EventName.RECOVERY_CODE_USED,
    # {% endif %}
    EventName.TOKEN_REUSE,
    EventName.ROLE_CHANGED,
    EventName.RATE_LIMIT_EXCEEDED,
    # {% if transport != "header" %}
    EventName.CROSS_SITE_REQUEST,
    # {% endif %}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthEvent:
    """One event. It never contains a password, a token or a hash (SEC-90).

    `session` and `identifier` are pseudonyms: equal values have equal pseudonyms. Users sometimes
    type their password as the username, so typed text is never logged.
    """

    name: EventName
    outcome: Outcome
    at: datetime
    request_id: str
    ip: str | None
    operator: str | None = None
    user_id: UserId | None = None
    session: str | None = None
    identifier: str | None = None
    reason: str | None = None


class EventSink(Protocol):
    """Receives events. It must not raise or block, because requests wait for it."""

    def emit(self, event: AuthEvent) -> None: ...


class LoggedEvents:
    """Writes events to the log `app.auth.events`. `event` of a record contains their fields."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(__name__)

    def emit(self, event: AuthEvent) -> None:
        level = logging.WARNING if event.name in ALARMING else logging.INFO
        self._logger.log(level, event.name, extra={"event": fields_from(event)})


class EventRecorder:
    """Adds the time and the request to events, and replaces names and session IDs by pseudonyms."""

    def __init__(self, settings: AuthSettings, clock: Clock, sink: EventSink) -> None:
        self._key = subkey(settings.secret_keys[0], b"log pseudonyms")
        self._clock = clock
        self._sink = sink

    def record(
        self,
        name: EventName,
        *,
        user_id: UserId | None = None,
        session_id: str | None = None,
        identifier: str | None = None,
        reason: str | None = None,
    ) -> None:
        request = current_request.get()
        outcome: Outcome = "failure" if name in FAILURES else "success"
        EVENTS.add(1, {"event": name, "outcome": outcome})
        self._sink.emit(
            AuthEvent(
                name=name,
                outcome=outcome,
                at=self._clock(),
                request_id=request.id,
                ip=request.ip,
                operator=request.operator,
                user_id=user_id,
                session=None if session_id is None else self.pseudonym(session_id),
                identifier=None
                if identifier is None
                else self.pseudonym(identifier_key(identifier) or identifier),
                reason=reason,
            )
        )

    def pseudonym(self, value: str) -> str:
        """Return the pseudonym of a value."""
        # JSON can contain surrogates, which UTF-8 cannot encode.
        content = value.encode(errors="surrogatepass")
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]


def fields_from(event: AuthEvent) -> dict[str, Any]:
    """Return the fields of an event that are not None, ready for JSON."""
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    values["at"] = event.at.isoformat()
    return {name: value for name, value in values.items() if value is not None}


# {% endcall %}
