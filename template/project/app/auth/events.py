# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What happened, as one stream of typed events, for whoever watches (ASVS 16.3)."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from app.auth.clock import Clock
from app.auth.context import current_request
from app.auth.identifiers import canonical
from app.auth.keys import subkey
from app.auth.settings import AuthSettings

Outcome = Literal["success", "failure"]
PSEUDONYM_LENGTH = 16  # hexadecimal digits: enough to follow one session through the log


class EventName(StrEnum):
    """Names of the OWASP logging vocabulary, so that existing alerts fit."""

    LOGIN_SUCCESS = "authn_login_success"
    LOGIN_FAIL = "authn_login_fail"
    LOGIN_LOCK = "authn_login_lock"
    PASSWORD_CHANGE = "authn_password_change"  # noqa: S105 -- a name
    PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105 -- a name
    TOKEN_CREATED = "authn_token_created"  # noqa: S105 -- a name
    TOKEN_REUSE = "authn_token_reuse"  # noqa: S105 -- a name
    TOKEN_REVOKED = "authn_token_revoked"  # noqa: S105 -- a name
    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    RATE_LIMIT_EXCEEDED = "excess_rate_limit_exceeded"
    # {% if transport != "header" %}
    CROSS_SITE_REQUEST = "malicious_csrf"
    # {% endif %}


# What an operator should look at; everything else is the course of things.
ALARMING = {
    EventName.LOGIN_LOCK,
    EventName.TOKEN_REUSE,
    EventName.RATE_LIMIT_EXCEEDED,
    # {% if transport != "header" %}
    EventName.CROSS_SITE_REQUEST,
    # {% endif %}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthEvent:
    """One event. It never holds a password, a token or a hash (SEC-90).

    `session` and `identifier` are pseudonyms: equal for equal values, and useless elsewhere.
    People type passwords where a name belongs, so what they typed is never written as it is.
    """

    name: EventName
    outcome: Outcome
    at: datetime
    request_id: str
    ip: str | None
    user_id: int | None = None
    session: str | None = None
    identifier: str | None = None
    reason: str | None = None


class EventSink(Protocol):
    """Where events go. It must neither fail nor wait: people are signing in meanwhile."""

    def emit(self, event: AuthEvent) -> None: ...


class LoggedEvents:
    """Writes events to the log `app.auth.events`, with their fields in the record's `event`."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(__name__)

    def emit(self, event: AuthEvent) -> None:
        level = logging.WARNING if event.name in ALARMING else logging.INFO
        self._logger.log(level, event.name, extra={"event": fields_of(event)})


class EventRecorder:
    """Turns what the kit notices into events: adds time and request, takes names and ids away."""

    def __init__(self, settings: AuthSettings, clock: Clock, sink: EventSink) -> None:
        secret = settings.secret_key.get_secret_value().encode()
        self._key = subkey(secret, b"log pseudonyms")
        self._clock = clock
        self._sink = sink

    def record(
        self,
        name: EventName,
        *,
        outcome: Outcome = "success",
        user_id: int | None = None,
        session_id: str | None = None,
        identifier: str | None = None,
        reason: str | None = None,
    ) -> None:
        request = current_request.get()
        self._sink.emit(
            AuthEvent(
                name=name,
                outcome=outcome,
                at=self._clock(),
                request_id=request.id,
                ip=request.ip,
                user_id=user_id,
                session=None if session_id is None else self.pseudonym(session_id),
                identifier=None if identifier is None else self.pseudonym(canonical(identifier)),
                reason=reason,
            )
        )

    def pseudonym(self, value: str) -> str:
        """Return what stands for a value in the log."""
        # What JSON can spell and UTF-8 cannot is hashed too, rather than refused.
        content = value.encode(errors="surrogatepass")
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]


def fields_of(event: AuthEvent) -> dict[str, Any]:
    """Return the fields that an event has, ready for JSON."""
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    values["at"] = event.at.isoformat()
    return {name: value for name, value in values.items() if value is not None}


# {% endcall %}
