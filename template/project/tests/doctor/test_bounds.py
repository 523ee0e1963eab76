# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""`manage doctor` reports settings beyond their bounds."""

import pytest

from app.doctor.bounds import BOUNDS
from app.settings import load_settings
from tests.conftest import SECRET_KEY
from tests.doctor.steps import run_doctor, warnings_of

pytestmark = pytest.mark.usefixtures("deployment")


def exceeded() -> list[str]:
    """Return the variables beyond their bounds."""
    settings = load_settings()
    return [bound.variable for bound in BOUNDS if bound.is_exceeded(settings)]


# The value directly beyond each bound, and other settings that it needs.
BEYOND: dict[str, dict[str, str]] = {
    "ENVIRONMENT": {"ENVIRONMENT": "development", "HSTS_SECONDS": "31536000", "DOCS": "false"},
    "DOCS": {"DOCS": "true"},
    "HSTS_SECONDS": {"HSTS_SECONDS": "31535999"},
    "LOG_LEVEL": {"LOG_LEVEL": "WARNING"},
    "MAX_BODY_BYTES": {"MAX_BODY_BYTES": "1048577"},
    "TRUSTED_PROXIES": {"TRUSTED_PROXIES": "64.0.0.0/6,128.0.0.0/8"},
    "TRUSTED_HOPS": {"TRUSTED_HOPS": "4"},
    "AUTH_SECRET_KEY_PREVIOUS": {"AUTH_SECRET_KEY_PREVIOUS": SECRET_KEY[::-1]},
    "AUTH_ACCESS_MINUTES": {"AUTH_ACCESS_MINUTES": "61"},
    "AUTH_REFRESH_DAYS": {"AUTH_REFRESH_DAYS": "31", "AUTH_SESSION_DAYS": "90"},
    "AUTH_SESSION_DAYS": {"AUTH_SESSION_DAYS": "91"},
    "AUTH_REFRESH_GRACE_SECONDS": {"AUTH_REFRESH_GRACE_SECONDS": "61"},
    "AUTH_MAX_SESSIONS": {"AUTH_MAX_SESSIONS": "101"},
    "AUTH_LIMIT_LOGIN": {"AUTH_LIMIT_LOGIN": "1000/minute;1001/hour"},
    "AUTH_LIMIT_REGISTER": {"AUTH_LIMIT_REGISTER": "1000000/second"},
    "AUTH_LIMIT_REFRESH": {"AUTH_LIMIT_REFRESH": "601/minute"},
    "AUTH_LIMIT_MAIL": {"AUTH_LIMIT_MAIL": "101/hour"},
    "AUTH_LIMIT_STORAGE": {"AUTH_LIMIT_STORAGE": "redis://cache:6379"},
    "AUTH_RECENT_LOGIN_MINUTES": {"AUTH_RECENT_LOGIN_MINUTES": "61"},
    "AUTH_PASSWORD_MIN_LENGTH": {"AUTH_PASSWORD_MIN_LENGTH": "14"},
    "AUTH_HASH_QUEUE": {"AUTH_HASH_QUEUE": "257"},
    # {% if transport != "header" %}
    "AUTH_COOKIE_SAMESITE": {"AUTH_COOKIE_SAMESITE": "none"},
    # {% endif %}
}
# Production does not start with these.
PLAIN_HTTP: dict[str, dict[str, str]] = {
    # {% if transport != "header" %}
    "AUTH_TRUSTED_ORIGINS": {"AUTH_TRUSTED_ORIGINS": "http://app.example.com"},
    "CORS_ORIGINS": {
        "CORS_ORIGINS": "http://app.example.com",
        "AUTH_TRUSTED_ORIGINS": "https://app.example.com",
    },
    # {% else %}
    #| "CORS_ORIGINS": {"CORS_ORIGINS": "http://app.example.com"},
    # {% endif %}
}


@pytest.mark.parametrize(("variable", "environment_of_row"), BEYOND.items(), ids=BEYOND)
def test_setting_beyond_its_bound_is_one_more_warning(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    environment_of_row: dict[str, str],
) -> None:
    before = exceeded()
    for name, value in environment_of_row.items():
        monkeypatch.setenv(name, value)

    assert (before, exceeded()) == ([], [variable])


# {% if "totp" in features %}
@pytest.mark.parametrize(
    ("required", "warned"),
    [("off", ["AUTH_PASSWORD_MIN_LENGTH"]), ("staff", ["AUTH_PASSWORD_MIN_LENGTH"]), ("all", [])],
)
def test_second_factor_of_everybody_allows_shorter_passwords(
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    warned: list[str],
) -> None:
    """SEC-1."""
    monkeypatch.setenv("AUTH_PASSWORD_MIN_LENGTH", "8")
    monkeypatch.setenv("AUTH_REQUIRE_SECOND_FACTOR", required)

    assert exceeded() == warned


# {% endif %}
def test_misspelt_variable_is_one_more_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = warnings_of(run_doctor())
    monkeypatch.setenv("AUTH_ACCES_MINUTES", "5")
    monkeypatch.setenv("AUTH_SERVICE_HOST", "10.0.0.7")

    added = set(warnings_of(run_doctor())).difference(before)

    assert added == {"AUTH_ACCES_MINUTES is ignored: is AUTH_ACCESS_MINUTES meant?"}


def test_exceeded_bound_is_one_more_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = warnings_of(run_doctor())
    monkeypatch.setenv("LOG_LEVEL", "ERROR")

    result = run_doctor()

    [warning] = set(warnings_of(result)).difference(before)
    assert warning.startswith("LOG_LEVEL: set INFO.")
    assert result.exit_code == 0
    assert run_doctor("--strict").exit_code == 1


@pytest.mark.parametrize("environment_of_row", PLAIN_HTTP.values(), ids=PLAIN_HTTP)
def test_plain_http_in_production_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
    environment_of_row: dict[str, str],
) -> None:
    for name, value in environment_of_row.items():
        monkeypatch.setenv(name, value)

    result = run_doctor()

    assert result.exit_code == 1
    assert "uses http instead of https" in result.output


def test_every_bound_is_tested() -> None:
    assert [bound.variable for bound in BOUNDS] == list(dict.fromkeys(b.variable for b in BOUNDS))
    assert {bound.variable for bound in BOUNDS} == BEYOND.keys() | PLAIN_HTTP.keys()


def test_settings_at_their_bounds_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_bound = {
        "HSTS_SECONDS": "31536000",
        "LOG_LEVEL": "DEBUG",
        "MAX_BODY_BYTES": "1048576",
        "TRUSTED_PROXIES": "64.0.0.0/6",
        "AUTH_ACCESS_MINUTES": "60",
        "AUTH_REFRESH_DAYS": "30",
        "AUTH_SESSION_DAYS": "90",
        "AUTH_REFRESH_GRACE_SECONDS": "60",
        "AUTH_MAX_SESSIONS": "100",
        "AUTH_LIMIT_LOGIN": "1000/hour;1/second",
        "AUTH_LIMIT_REGISTER": "500/hour",
        "AUTH_LIMIT_REFRESH": "600/minute",
        "AUTH_LIMIT_MAIL": "100/hour",
        "AUTH_LIMIT_STORAGE": "redis://127.0.0.1:1",
        "AUTH_RECENT_LOGIN_MINUTES": "60",
        "AUTH_PASSWORD_MIN_LENGTH": "15",
        "AUTH_HASH_QUEUE": "256",
    }
    for name, value in at_the_bound.items():
        monkeypatch.setenv(name, value)

    output = run_doctor().output

    assert exceeded() == []
    assert f"fine     All {len(BOUNDS)} settings with a bound are within it." in output


# {% endcall %}
