# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Field types for settings: lists, origins, rates and secrets (SEC-84)."""

import math
import re
from importlib.util import find_spec
from typing import Annotated

from jwt import InvalidKeyError
from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from app.auth.guessing import MAX_LENGTH, guesses, is_leaked, share_of_words
from app.auth.key_files import library_algorithm

IN_MEMORY = "memory://"
# A Redis or Valkey server, also with TLS or on a Unix socket, a cluster, or several with Sentinel.
SHARED_STORAGE = re.compile("(redis|valkey)(s|[+](cluster|sentinel|unix))?://.+")
# Pages of browsers, of apps (Capacitor, Ionic, Tauri) and of browser extensions.
SCHEMES = "https?|capacitor|ionic|tauri|(chrome|moz|safari-web)-extension"
EXACT_ORIGIN = re.compile(f"({SCHEMES})" + r"://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
# RFC 7518, section 3.2: an HMAC key has at least as many bytes as the hash.
MINIMUM_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
MINIMUM_DISTINCT_CHARACTERS = 10
# In random text, the number of guesses has at least 0.6 digits for each character, and words make
# up a fifth at most.
MINIMUM_DIGITS = 0.5
MAXIMUM_SHARE_OF_WORDS = 1 / 3
# Seconds. A commit may take ten, and the client then repeats its refresh (see PATIENCE in
# app/database/profile.py).
SHORTEST_GRACE = 15
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACEHOLDERS = (
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI's tutorial
    "change",
    "example",
    "placeholder",
    "replace",
    "secret",
    "your-",
)


def split_at_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for item in value.split(",") if item.strip())


def check_origin(value: str) -> str:
    """Raise ValueError unless browsers send the value as the origin of a page."""
    if "*" in value:
        raise ValueError("name each origin: * allows every page")
    if not EXACT_ORIGIN.fullmatch(value):
        raise ValueError(
            "an origin is a scheme, a host and an optional port in lower case, "
            "and nothing else: https://app.example.com"
        )
    return value


def check_rates(value: str) -> str:
    """Raise ValueError unless the value names rates that allow at least one request."""
    try:
        allowed = [rate.amount for rate in parse_many(value)]
    except ValueError:
        allowed = []
    if not all(allowed) or not allowed:
        raise ValueError("must look like 10/minute, or 10/minute;100/hour for two limits")
    return value


def check_limit_storage(uri: str) -> str:
    """Raise ValueError for another kind of storage, or if its package is missing."""
    if uri != IN_MEMORY and not SHARED_STORAGE.fullmatch(uri):
        raise ValueError(f"must be {IN_MEMORY} or look like redis://host:6379/0")
    if uri != IN_MEMORY and find_spec("redis") is None:
        raise ValueError("needs a package: run `uv add redis`")
    return uri


def refuse_weak_secret(name: str, value: SecretStr, algorithm: str) -> None:
    """Raise ValueError for a secret that is short, a placeholder, a key file or typed by hand."""
    secret = value.get_secret_value()
    minimum = MINIMUM_BYTES[algorithm]
    lowered = secret.lower()
    if any(placeholder in lowered for placeholder in PLACEHOLDERS):
        raise ValueError(f"{name} is a placeholder: set one from `manage generate-secret`")
    if len(secret.encode()) < minimum:
        raise ValueError(f"{name} is too short: {algorithm} needs at least {minimum} bytes")
    if "-----begin" in lowered or not is_accepted_by_library(secret, algorithm):
        raise ValueError(f"{name} is a public or private key, but HMAC needs a random secret")
    if UUID.fullmatch(lowered):
        raise ValueError(f"{name} is a UUID, which can be guessable (RFC 9562, section 8)")
    if is_leaked(secret):
        raise ValueError(f"{name} is on a public list: set one from `manage generate-secret`")
    if len(set(secret)) < MINIMUM_DISTINCT_CHARACTERS or is_made_by_hand(secret):
        raise ValueError(f"{name} is not random: set one from `manage generate-secret`")


def is_made_by_hand(secret: str) -> bool:
    """Return True if a secret consists of words, sequences, keyboard walks or repetitions."""
    digits = math.log10(guesses(secret)) / min(len(secret), MAX_LENGTH)
    return digits < MINIMUM_DIGITS or share_of_words(secret) > MAXIMUM_SHARE_OF_WORDS


def is_accepted_by_library(secret: str, algorithm: str) -> bool:
    """Return False for a PEM, a JWK or an SSH key, which PyJWT rejects as an HMAC secret."""
    try:
        library_algorithm(algorithm).prepare_key(secret)
    except InvalidKeyError:
        return False
    return True


def check_grace(seconds: int) -> int:
    """Raise ValueError if a refresh that is repeated after a slow commit would be reuse."""
    if 0 < seconds < SHORTEST_GRACE:
        raise ValueError(f"must be 0 or at least {SHORTEST_GRACE}, because commits can be slow")
    return seconds


# The values in an environment variable are separated by commas.
CommaSeparated = (NoDecode, BeforeValidator(split_at_commas))
Origin = Annotated[str, AfterValidator(check_origin)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Grace = Annotated[int, Field(ge=0, le=300), AfterValidator(check_grace)]
Rates = Annotated[str, AfterValidator(check_rates)]
LimitStorage = Annotated[str, AfterValidator(check_limit_storage)]
# {% if transport != "header" %}
CookieName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
# {% endif %}


# {% endcall %}
