"""Environments for settings: one without any, and one in which the application starts."""

import os
from pathlib import Path

import pytest

from app.database.settings import DatabaseSettings
from tests.conftest import SECRET_KEY

OURS = (
    *("APP_", "AUTH", "CORS_", "DATABASE_", "DOCS"),
    *("ENVIRONMENT", "HSTS_", "LOG_", "MAIL", "MAX_", "TRUSTED_"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without settings."""
    for name in os.environ:
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> pytest.MonkeyPatch:
    """An environment in which the application starts."""
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    return monkeypatch
