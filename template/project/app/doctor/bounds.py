# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Settings that are valid, but dangerous beyond a bound."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from limits import parse_many

from app.doctor.findings import Finding, Verdict
from app.environment import misspelt_variables
from app.settings import YEAR_SECONDS, Settings, share_of_internet, uses_plain_http


@dataclass(frozen=True, slots=True)
class Bound:
    """A setting that is valid beyond its bound, but dangerous."""

    variable: str
    is_exceeded: Callable[[Settings], bool]
    advice: str


def requests_an_hour(rates: str) -> float:
    """Return how many requests an hour all rates together allow."""
    return min(rate.amount * 3600 / rate.get_expiry() for rate in parse_many(rates))


def crosses_a_network_in_clear(storage: str) -> bool:
    url = urlsplit(storage)
    is_here = url.hostname in ("localhost", "127.0.0.1", "::1")
    return url.scheme in ("redis", "valkey") and not is_here


BOUNDS = (
    Bound(
        "ENVIRONMENT",
        lambda settings: settings.environment != "production",
        "in development, the application migrates at startup and allows plain HTTP.",
    ),
    Bound("DOCS", lambda settings: settings.docs, "set false. The pages show every route."),
    Bound(
        "HSTS_SECONDS",
        lambda settings: settings.hsts_seconds < YEAR_SECONDS,
        "set a year (31536000) or more, unless your proxy sends the header.",
    ),
    Bound(
        "LOG_LEVEL",
        lambda settings: settings.log_level not in ("DEBUG", "INFO"),
        "set INFO. Logins and most other events are not logged.",
    ),
    Bound(
        "MAX_BODY_BYTES",
        lambda settings: settings.max_body_bytes > 1024 * 1024,
        "set 1048576 or less. Bodies are kept in memory.",
    ),
    Bound(
        "TRUSTED_PROXIES",
        lambda settings: share_of_internet(settings.trusted_proxies) > 1 / 64,
        "name your own proxies only. Any of these addresses can claim to be any client.",
    ),
    Bound(
        "TRUSTED_HOPS",
        lambda settings: settings.trusted_hops > 3,
        "count your proxies again. If there are fewer, clients can choose their address.",
    ),
    Bound(
        "CORS_ORIGINS",
        lambda settings: uses_plain_http(settings.cors_origins),
        "use https. Anyone in the network can change a page that is served over http.",
    ),
    # {% if transport != "header" %}
    Bound(
        "AUTH_TRUSTED_ORIGINS",
        lambda settings: uses_plain_http(settings.auth.trusted_origins),
        "use https. Anyone in the network can change a page that is served over http.",
    ),
    Bound(
        "AUTH_COOKIE_SAMESITE",
        lambda settings: settings.auth.cookie_samesite == "none",
        "set lax or strict, unless a front end is on another site.",
    ),
    # {% endif %}
    Bound(
        "AUTH_SECRET_KEY_PREVIOUS",
        lambda settings: bool(settings.auth.secret_key_previous),
        "empty it AUTH_REFRESH_DAYS days after the change of the key.",
    ),
    Bound(
        "AUTH_ACCESS_MINUTES",
        lambda settings: settings.auth.access_minutes > 60,
        "set 60 or less. Other services accept a stolen token for this long.",
    ),
    Bound(
        "AUTH_REFRESH_DAYS",
        lambda settings: settings.auth.refresh_days > 30,
        "set 30 or less. A stolen token of an unused session works for this long.",
    ),
    Bound(
        "AUTH_SESSION_DAYS",
        lambda settings: settings.auth.session_days > 90,
        "set 90 or less, so that users prove from time to time who they are.",
    ),
    Bound(
        "AUTH_REFRESH_GRACE_SECONDS",
        lambda settings: settings.auth.refresh_grace_seconds > 60,
        "set 60 or less. A stolen refresh token is not detected during this time.",
    ),
    Bound(
        "AUTH_MAX_SESSIONS",
        lambda settings: settings.auth.max_sessions > 100,
        "set 100 or less. Nobody can review a longer list.",
    ),
    Bound(
        "AUTH_LIMIT_LOGIN",
        lambda settings: requests_an_hour(settings.auth.limit_login) > 1000,
        "allow 1000 an hour or fewer. Each login costs a hash.",
    ),
    Bound(
        "AUTH_LIMIT_REGISTER",
        lambda settings: requests_an_hour(settings.auth.limit_register) > 500,
        "allow 500 an hour or fewer. Each registration costs a hash and shows if a name is taken.",
    ),
    Bound(
        "AUTH_LIMIT_REFRESH",
        lambda settings: requests_an_hour(settings.auth.limit_refresh) > 36000,
        "allow 36000 an hour or fewer. Each refresh writes to the database.",
    ),
    Bound(
        "AUTH_LIMIT_MAIL",
        lambda settings: requests_an_hour(settings.auth.limit_mail) > 100,
        "allow 100 an hour or fewer. Each request can send a mail to somebody else.",
    ),
    Bound(
        "AUTH_LIMIT_STORAGE",
        lambda settings: crosses_a_network_in_clear(settings.auth.limit_storage),
        "use rediss or valkeys, unless the network is only yours. Others can change the counts.",
    ),
    Bound(
        "AUTH_RECENT_LOGIN_MINUTES",
        lambda settings: settings.auth.recent_login_minutes > 60,
        "set 60 or less. A stolen session can change an account for this long after the login.",
    ),
    Bound(
        "AUTH_PASSWORD_MIN_LENGTH",
        # {% if "totp" in features %}
        lambda settings: (
            settings.auth.password_min_length < 15 and settings.auth.require_second_factor != "all"
        ),
        # {% else %}
        #| lambda settings: settings.auth.password_min_length < 15,
        # {% endif %}
        # {% if "totp" in features %}
        "set 15, or AUTH_REQUIRE_SECOND_FACTOR=all (NIST SP 800-63B-4).",
        # {% else %}
        #| "set 15, unless every login needs a second factor (NIST SP 800-63B-4).",
        # {% endif %}
    ),
    Bound(
        "AUTH_HASH_QUEUE",
        lambda settings: settings.auth.hash_queue > 256,
        "set 256 or less. The last login in a long queue waits for too long.",
    ),
)


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """Check the bounds, and the names of variables."""
    beyond = [bound for bound in BOUNDS if bound.is_exceeded(settings)]
    if not beyond:
        yield Finding(Verdict.FINE, f"All {len(BOUNDS)} settings with a bound are within it.")
    for bound in beyond:
        yield Finding(Verdict.WARNING, f"{bound.variable}: {bound.advice}")
    for advice_on_name in misspelt_variables(Settings):
        yield Finding(Verdict.WARNING, advice_on_name)


# {% endcall %}
