# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Lists of what is allowed are complete: an addition is a decision, and changes a test."""

import logging
from dataclasses import fields
from typing import get_args

import pytest
from passlib.context import CryptContext

from app.auth.clock import utc_now
from app.auth.errors import InvalidCredentials
from app.auth.events import AuthEvent, EventName, LoggedEvents
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.ext.user_lookup import SECRET_COLUMNS
from app.auth.fastapi.schemas import SessionResponse, UserResponse
from app.auth.hashing import NO_PASSWORD, password_context
from app.auth.key_files import KEY_TYPES
from app.auth.setting_types import MINIMUM_BYTES, SHARED_STORAGE
from app.auth.settings import AuthSettings
from app.logs import LogLevel
from tests.auth.conftest import settings_with
from tests.steps import Account, profile

WARNINGS = {
    "authn_login_lock",
    # {% if "totp" in features %}
    "authn_recovery_code_used",
    # {% endif %}
    "authn_token_reuse",
    "authz_change",
    "excess_rate_limit_exceeded",
    "mail_failed",
    # {% if transport != "header" %}
    "malicious_csrf",
    # {% endif %}
}
# {% if password_hash == "bcrypt" %}
SCHEMES = ("bcrypt_sha256", "bcrypt")
# {% else %}
#| SCHEMES = ("argon2", "bcrypt_sha256", "bcrypt")
# {% endif %}


def columns_of(mixin: type) -> set[str]:
    return {name for name in mixin.__annotations__ if not name.startswith("_")}


def test_passwords_are_verified_with_slow_hashes_only() -> None:
    """SEC-9."""
    context = password_context(settings_with())

    assert isinstance(context, CryptContext)
    assert context.schemes() == SCHEMES
    assert context.identify(NO_PASSWORD) is None


def test_tokens_have_these_algorithms_only() -> None:
    """SEC-30."""
    allowed = get_args(AuthSettings.model_fields["algorithm"].annotation)

    assert allowed == ("HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256")
    assert MINIMUM_BYTES == {"HS256": 32, "HS384": 48, "HS512": 64}
    assert KEY_TYPES.keys() == {"EdDSA", "ES256", "RS256"}


def test_limits_are_counted_in_these_storages_only() -> None:
    forms = ("", "s", "+cluster", "+sentinel", "+unix")
    urls = [f"{server}{form}://host" for server in ("redis", "valkey") for form in forms]

    assert all(SHARED_STORAGE.fullmatch(url) for url in urls)
    others = ("redis://", "redis+ssl://host", "rediss+unix://host", "mongodb://host")
    assert not any(SHARED_STORAGE.fullmatch(url) for url in others)


def test_log_has_these_levels_only() -> None:
    assert get_args(LogLevel) == ("DEBUG", "INFO", "WARNING", "ERROR")


# {% if transport != "header" %}
def test_cookies_have_these_policies_only() -> None:
    """SEC-63."""
    allowed = get_args(AuthSettings.model_fields["cookie_samesite"].annotation)

    assert allowed == ("lax", "strict", "none")


# {% endif %}
@pytest.mark.parametrize("name", EventName)
def test_event_is_a_warning_or_information(
    caplog: pytest.LogCaptureFixture, name: EventName
) -> None:
    """SEC-89."""
    event = AuthEvent(name=name, outcome="success", at=utc_now(), request_id="-", ip=None)

    with caplog.at_level(logging.DEBUG):
        LoggedEvents().emit(event)

    [record] = caplog.records
    assert record.levelname == ("WARNING" if name in WARNINGS else "INFO")


def test_events_have_these_names_only() -> None:
    """Alert rules are written for them (SEC-89)."""
    assert {str(name) for name in EventName} - WARNINGS == {
        *("authn_login_success", "authn_login_fail"),
        *("authn_password_change", "authn_password_change_fail"),
        *("authn_token_created", "authn_token_revoked"),
        *("authn_password_reset_request", "authn_email_verified", "authn_reauthenticated"),
        # {% if "totp" in features %}
        *(f"authn_factor_{change}" for change in ("added", "removed", "used", "refused")),
        # {% endif %}
        *("user_created", "user_updated", "user_deleted", "user_email_changed"),
        "sensitive_delete",
    }


def test_event_has_these_fields_only() -> None:
    """SEC-90."""
    assert {field.name for field in fields(AuthEvent)} == {
        *("name", "outcome", "at", "request_id", "ip", "operator"),
        *("user_id", "session", "identifier", "reason"),
    }


def test_secret_columns_are_never_loaded() -> None:
    """SEC-13."""
    assert {"password_hash", *(f"{field}_key" for field in profile(Account()))} == SECRET_COLUMNS


def test_user_is_shown_without_other_columns_of_the_template() -> None:
    """Your own columns may be shown as well (SEC-13)."""
    shown = UserResponse.model_fields.keys() & columns_of(UserMixin)

    assert shown == {
        *("id", *profile(Account()), "is_active", "is_staff", "is_superuser", "created_at"),
    }


def test_session_is_shown_without_its_counters_and_keys() -> None:
    assert SessionResponse.model_fields.keys() & columns_of(AuthSessionMixin) == {
        *("id", "created_at", "authenticated_at", "methods"),
        *("ip", "user_agent", "last_ip", "last_user_agent"),
    }


def test_refused_login_does_not_say_what_is_wrong() -> None:
    """SEC-20."""
    assert InvalidCredentials.message == "The username, e-mail or password is wrong."


# {% endcall %}
