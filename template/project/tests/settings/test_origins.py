# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Origins are exact, and in production they have TLS."""

import pytest

from app.settings import load_settings
from tests.settings.steps import refusal_message

INEXACT_ORIGINS = [
    *("*", "https://*.example.com", "https://example.com/", "https://example.com/app"),
    *("example.com", "HTTPS://Example.com", "null", "ftp://example.com", "https://a@example.com"),
]


@pytest.mark.parametrize(
    "origin",
    [
        *("capacitor://localhost", "ionic://localhost", "tauri://localhost"),
        *("chrome-extension://abcdefghijklmnop", "moz-extension://1f2e-3d4c"),
    ],
)
def test_origin_of_an_app_is_accepted(environment: pytest.MonkeyPatch, origin: str) -> None:
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", origin)
    # {% endif %}
    environment.setenv("CORS_ORIGINS", origin)

    assert load_settings().cors_origins == (origin,)


@pytest.mark.parametrize("origins", INEXACT_ORIGINS)
def test_origin_that_is_not_exact_is_refused(
    environment: pytest.MonkeyPatch,
    origins: str,
) -> None:
    """SEC-75."""
    environment.setenv("CORS_ORIGINS", f"https://good.example,{origins}")

    message = refusal_message()

    reasons = ("CORS_ORIGINS: name each origin", "CORS_ORIGINS: an origin is a scheme, a host")
    assert any(reason in message for reason in reasons)


# {% if transport == "header" %}
#| HTTP_ORIGINS = {"CORS_ORIGINS": "an origin of CORS_ORIGINS uses http instead of https"}
# {% else %}
HTTP_ORIGINS = {
    "AUTH_TRUSTED_ORIGINS": "an origin of AUTH_TRUSTED_ORIGINS uses http instead of https",
    "CORS_ORIGINS": "an origin of CORS_ORIGINS uses http instead of https",
}
# {% endif %}


@pytest.mark.parametrize(("name", "message"), HTTP_ORIGINS.items())
def test_origin_without_tls_is_for_development(
    environment: pytest.MonkeyPatch,
    name: str,
    message: str,
) -> None:
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://app.example.com")
    # {% endif %}
    environment.setenv(name, "https://app.example.com,http://app.example.com")

    assert message in refusal_message()


def test_development_may_be_without_tls(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "development")
    environment.setenv("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1")
    for name in HTTP_ORIGINS:
        environment.setenv(name, "http://localhost:5173")

    assert load_settings().cors_origins == ("http://localhost:5173",)


# {% if transport != "header" %}
def test_cors_origin_must_be_trusted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CORS_ORIGINS", "https://a.example,https://b.example")
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://a.example")

    message = refusal_message()

    assert "an origin of CORS_ORIGINS is not in AUTH_TRUSTED_ORIGINS" in message


# {% endif %}


# {% endcall %}
