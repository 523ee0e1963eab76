# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Database settings."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.database.url import read_url


def _check(url: str) -> str:
    read_url(url)
    return url


class DatabaseSettings(BaseModel):
    # {% if database == "sqlite" %}
    """The database URL, and the number of read connections alongside the one that writes."""

    # {% else %}
    #| """The database URL, and the number of connections in each of a process's two pools."""
    # {% endif %}

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_check)]
    pool_size: int = Field(default=10, ge=1, le=1000)


# {% endcall %}
