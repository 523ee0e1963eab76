"""Kinds of values that settings have."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

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


# One environment variable holds several values with commas between them.
CommaSeparated = (NoDecode, BeforeValidator(split_at_commas))
Origin = Annotated[str, AfterValidator(check_origin)]
