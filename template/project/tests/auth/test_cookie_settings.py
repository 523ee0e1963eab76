# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Settings for cookies that browsers would drop or share are refused at startup."""

import pytest
from pydantic import ValidationError

from app.auth.settings import AuthSettings
from tests.auth.conftest import settings_with

REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "SameSite none over HTTP": (
        {"cookie_samesite": "none", "cookie_secure": False},
        "cookie_samesite=none needs cookie_secure=true",
    ),
    "one name for both tokens": (
        {"cookie_name_access": "token", "cookie_name_refresh": "token"},
        "two of the cookie names are the same",
    ),
    "one name for access and device": (
        {"cookie_name_access": "token", "cookie_name_device": "token"},
        "two of the cookie names are the same",
    ),
    "one name for refresh and device": (
        {"cookie_name_refresh": "token", "cookie_name_device": "token"},
        "two of the cookie names are the same",
    ),
    "prefixed access cookie over HTTP": (
        {"cookie_name_access": "__Host-access", "cookie_secure": False},
        "needs cookie_secure=true",
    ),
    "prefixed refresh cookie over HTTP": (
        {"cookie_name_refresh": "__Secure-refresh", "cookie_secure": False},
        "needs cookie_secure=true",
    ),
    "prefixed device cookie over HTTP": (
        {"cookie_name_device": "__Host-device", "cookie_secure": False},
        "needs cookie_secure=true",
    ),
    # {% if transport == "both" %}
    "no transport": (
        {"accept_header": False, "accept_cookie": False},
        "nobody could sign in",
    ),
    "cookies set and never read": (
        {"accept_cookie": False, "set_cookie_on_login": True},
        "set_cookie_on_login is on, but accept_cookie is off",
    ),
    # {% endif %}
}

WRONG_ORIGINS = {
    "null": "null",
    "any": "*",
    "any subdomain": "https://*.example.com",
    "no scheme": "example.com",
    "another scheme": "ftp://example.com",
    "slash at the end": "https://example.com/",
    "path": "https://example.com/app",
    "query": "https://example.com?a",
    "user": "https://user@example.com",
    "capitals": "https://Example.com",
    "no host": "https://",
    "port without digits": "https://example.com:",
    "newline": "https://example.com\n",
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_contradiction_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        settings_with(**changes)  # SEC-63, SEC-65


def test_names_that_the_prefix_makes_equal_are_refused() -> None:
    with pytest.raises(ValidationError, match="are the same"):
        settings_with(cookie_name_access="token", cookie_name_refresh="__Host-token")


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a=b", "a,b", "a\n", "\u00e4", "a" * 101])
def test_invalid_cookie_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="cookie_name_access"):
        settings_with(cookie_name_access=name)


@pytest.mark.parametrize("value", ["Lax", "", "default"])
def test_unknown_samesite_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="cookie_samesite"):
        settings_with(cookie_samesite=value)


@pytest.mark.parametrize("name", ["cookie_max_age_access", "cookie_max_age_refresh"])
def test_cookie_without_a_lifetime_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings_with(**{name: 0})


@pytest.mark.parametrize("origin", WRONG_ORIGINS.values(), ids=WRONG_ORIGINS)
def test_invalid_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="trusted_origins"):
        settings_with(trusted_origins=[origin])


def test_origins_are_separated_by_commas() -> None:
    settings = settings_with(trusted_origins="https://example.com, http://localhost:3000")

    assert settings.trusted_origins == ("https://example.com", "http://localhost:3000")


def test_cookies_are_secure_and_bound_to_the_host_by_default(auth_settings: AuthSettings) -> None:
    assert auth_settings.cookie_secure
    assert auth_settings.access_cookie == "__Host-access_token"
    assert auth_settings.refresh_cookie == "__Host-refresh_token"
    assert auth_settings.device_cookie == "__Host-device_token"


def test_prefixed_name_is_kept_as_it_is() -> None:
    settings = settings_with(cookie_name_access="__Host-session")

    assert settings.access_cookie == "__Host-session"


def test_plain_http_has_plain_names() -> None:
    settings = settings_with(cookie_secure=False)

    assert settings.access_cookie == "access_token"
    assert settings.refresh_cookie == "refresh_token"
    assert settings.device_cookie == "device_token"


# {% if transport == "both" %}
def test_cookies_can_be_disabled_alone() -> None:
    settings = settings_with(accept_cookie=False)

    assert settings.accept_header


# {% endif %}
# {% endcall %}
