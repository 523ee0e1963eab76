# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The environment of commands."""

import asyncio
from pathlib import Path

import pytest

from app.database.settings import DatabaseSettings
from tests.conftest import SECRET_KEY, empty_by_settings


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> None:
    """Production settings without a `.env`, and an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    asyncio.run(empty_by_settings(database_settings))


# {% endcall %}
