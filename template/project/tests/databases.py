# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""The test database: a file in a temporary folder."""

from collections.abc import Iterator

import pytest

from app.database import profile


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new file. Commits do not wait for the disk, because test data may be lost."""
    pragmas = (*profile.PRAGMAS, "PRAGMA synchronous = OFF")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile, "PRAGMAS", pragmas)
        yield f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"


# {% else %}
# {% include "template/includes/test_databases.py" %}
# {% endif %}
# {% endcall %}
