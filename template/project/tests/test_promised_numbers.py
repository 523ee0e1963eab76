# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Numbers in SECURITY.md and docs/production.md are those of the code."""

import re
from pathlib import Path

import pytest
from limits import parse_many

from app.auth import tokens
from app.auth.addresses import IPV6_ALLOWANCES
from app.auth.administration import KEPT_AFTER_END
from app.auth.events import PSEUDONYM_LENGTH
from app.auth.fastapi import jwks
from app.auth.identifiers import EMAIL_MAX_LENGTH, USERNAME_MAX_LENGTH, USERNAME_MIN_LENGTH
from app.auth.passwords import FEWEST_GUESSES
from app.auth.settings import AuthSettings
from app.cli.deployment import SECRET_BYTES
from app.settings import YEAR_SECONDS, Settings
from tests.conftest import SECRET_KEY

PROJECT = Path(__file__).parents[1]
WORDS = {
    **{"four": 4, "five": 5, "ten": 10, "sixteen": 16, "thirty": 30, "sixty": 60},
    **{"a week": 7, "a year": 365},
}
DEFAULTS = AuthSettings.model_validate({"secret_key": SECRET_KEY})
PRODUCTION = Settings.model_construct(environment="production", auth=DEFAULTS)


def per_minute(rates: str) -> int:
    """Return how many requests the rate with the shortest period allows."""
    rate = min(parse_many(rates), key=lambda rate: rate.get_expiry())
    assert rate.get_expiry() == 60
    return rate.amount


PROMISES = [
    ("SECURITY.md", r"Passwords have at least (\d+) characters", DEFAULTS.password_min_length),
    ("SECURITY.md", r"`AUTH_PASSWORD_MIN_LENGTH` at (\d+) until", DEFAULTS.password_min_length),
    ("SECURITY.md", r"issued more than (\w+) seconds in the future", tokens.LEEWAY.seconds),
    ("SECURITY.md", r"Tokens have at most (\d+) characters", tokens.MAX_LENGTH),
    ("SECURITY.md", r"after (\d+) days in any case", DEFAULTS.session_days),
    ("SECURITY.md", r"sessions that ended more than (a week) ago", KEPT_AFTER_END.days),
    ("docs/production.md", r"ended more than (a week) ago", KEPT_AFTER_END.days),
    ("docs/production.md", r"for (a year); `HSTS_SECONDS`", PRODUCTION.hsts_seconds // 86400),
    ("docs/production.md", r"can have up to (\d+) KiB", PRODUCTION.max_body_bytes // 1024),
    ("docs/production.md", r"works for (\w+) seconds; after", DEFAULTS.refresh_grace_seconds),
    ("docs/production.md", r"can log in (\w+) times a minute", per_minute(DEFAULTS.limit_login)),
    ("docs/production.md", r"register (\w+) times", per_minute(DEFAULTS.limit_register)),
    ("docs/production.md", r"refresh (\w+) times", per_minute(DEFAULTS.limit_refresh)),
    ("docs/production.md", r"log out (\w+) times", per_minute(DEFAULTS.limit_refresh)),
    ("docs/production.md", r"56-bit network has (\w+) times", IPV6_ALLOWANCES[56]),
    ("docs/production.md", r"48-bit network (\w+) times", IPV6_ALLOWANCES[48]),
    ("docs/production.md", r"more than (\d+) KiB of URL", PRODUCTION.max_header_bytes // 1024),
    ("docs/production.md", r"and wait (\w+) minutes", jwks.MAX_AGE.seconds // 60),
]


@pytest.mark.parametrize(("document", "promise", "value"), PROMISES)
def test_document_promises_what_the_code_does(document: str, promise: str, value: int) -> None:
    [number] = re.findall(promise, (PROJECT / document).read_text())

    assert (WORDS[number] if number in WORDS else int(number)) == value


def test_numbers_without_a_document_are_deliberate() -> None:
    assert tokens.LEEWAY.total_seconds() == 10
    assert (USERNAME_MIN_LENGTH, USERNAME_MAX_LENGTH, EMAIL_MAX_LENGTH) == (3, 32, 254)
    assert (PSEUDONYM_LENGTH, SECRET_BYTES, FEWEST_GUESSES) == (16, 64, 10**6)
    assert YEAR_SECONDS == 31_536_000


# {% endcall %}
