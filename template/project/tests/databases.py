# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""Where the tests keep their data: a file in a temporary folder."""

from pathlib import Path


def database_url_for_tests(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'test.db'}"


# {% else %}
# {% include "template/includes/test_databases.py" %}
# {% endif %}
# {% endcall %}
