# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""Database URLs as people write them, for the driver of this project."""

from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "sqlite+aiosqlite"
EXAMPLE = "sqlite+aiosqlite:///./app.db"


def read_url(text: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and arguments of the driver. Raise ValueError with advice."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"must look like {EXAMPLE}") from None
    # A file: in memory, each connection would have its own database.
    names_file = url.database and not url.database.startswith(":")
    if url.drivername not in (DRIVER, "sqlite") or url.host or not names_file:
        raise ValueError(f"must look like {EXAMPLE}")
    return url.set(drivername=DRIVER), {}


# {% else %}
# {% include "template/includes/url_" ~ database ~ ".py" %}
# {% endif %}
# {% endcall %}
