# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""Database URLs as people write them."""

import pytest
from pydantic import ValidationError
from sqlalchemy import URL

from app.database.settings import DatabaseSettings
from app.database.url import DRIVER, read_url

IMPOSSIBLE = ["", "app.db", "sqlite://", "sqlite:///:memory:", "sqlite://host/app.db"]


@pytest.mark.parametrize("path", ["./app.db", "app.db", "/data/app.db", "C:/data/app.db"])
@pytest.mark.parametrize("scheme", [DRIVER, "sqlite"])
def test_url_names_a_file(scheme: str, path: str) -> None:
    url, arguments = read_url(f"{scheme}:///{path}")

    assert (url, arguments) == (URL.create(DRIVER, database=path), {})


@pytest.mark.parametrize("url", [*IMPOSSIBLE, "oracle://host/name", "sqlite+driver:///app.db"])
def test_other_url_is_rejected(url: str) -> None:
    with pytest.raises(ValidationError, match="must look like sqlite"):
        DatabaseSettings(url=url)


# {% else %}
# {% include "template/includes/test_database_url_" ~ database ~ ".py" %}
# {% endif %}
# {% endcall %}
