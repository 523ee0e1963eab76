# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What the database can be told."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# {% if database == "sqlite" %}
# A file: in memory, each connection would have a database of its own.
URL_PATTERN = r"sqlite\+aiosqlite:///[^:?]"
URL_EXAMPLE = "sqlite+aiosqlite:///./app.db"
# {% elif database == "postgresql" %}
#| URL_PATTERN = r"postgresql\+asyncpg://"
#| URL_EXAMPLE = "postgresql+asyncpg://user:password@host/name"
# {% else %}
#| URL_PATTERN = r"(mysql|mariadb)\+asyncmy://"
#| URL_EXAMPLE = "mysql+asyncmy://user:password@host/name?charset=utf8mb4"
# {% endif %}


def _of_this_driver(url: str) -> str:
    if not re.match(URL_PATTERN, url):
        raise ValueError(f"must look like {URL_EXAMPLE}")
    return url


class DatabaseSettings(BaseModel):
    # {% if database == "sqlite" %}
    """Where the database is, and how many connections may read beside the one that writes."""

    # {% else %}
    #| """Where the database is, and how many connections each of a process's two pools has."""
    # {% endif %}

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_of_this_driver)]
    pool_size: int = Field(default=10, ge=1, le=1000)


# {% endcall %}
