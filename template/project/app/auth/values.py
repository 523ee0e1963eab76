# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Kinds of values that settings have."""

import re
from importlib.util import find_spec
from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

IN_MEMORY = "memory://"
SHARED_STORAGES = ("redis://", "rediss://")
EXACT_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


def split_at_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for item in value.split(",") if item.strip())


def check_origin(value: str) -> str:
    """Raise ValueError for what no browser sends as the Origin of a page."""
    if "*" in value:
        raise ValueError("name each origin: * would be the pages of everybody")
    if not EXACT_ORIGIN.fullmatch(value):
        raise ValueError(
            "an origin is a scheme, a host and perhaps a port, in small letters, "
            "with nothing behind them: https://app.example.com"
        )
    return value


def check_rates(value: str) -> str:
    """Raise ValueError for what names no rate, or one that lets nobody in."""
    try:
        allowed = [rate.amount for rate in parse_many(value)]
    except ValueError:
        allowed = []
    if not all(allowed) or not allowed:
        raise ValueError("must look like 10/minute, or 10/minute;100/hour for both at once")
    return value


def check_limit_storage(uri: str) -> str:
    """Raise ValueError for another kind of storage, or if the package for it is missing."""
    if uri != IN_MEMORY and not uri.startswith(SHARED_STORAGES):
        raise ValueError(f"must be {IN_MEMORY} or look like redis://host:6379/0")
    if uri != IN_MEMORY and find_spec("redis") is None:
        raise ValueError("needs a package: run `uv add redis`")
    return uri


# One environment variable holds several values with commas between them.
CommaSeparated = (NoDecode, BeforeValidator(split_at_commas))
Origin = Annotated[str, AfterValidator(check_origin)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Rates = Annotated[str, AfterValidator(check_rates)]
LimitStorage = Annotated[str, AfterValidator(check_limit_storage)]
# {% if transport != "header" %}
CookieName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
# {% endif %}


# {% endcall %}
