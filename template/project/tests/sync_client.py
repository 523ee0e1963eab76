# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A client for synchronous tests."""

import asyncio
from collections.abc import Generator

import pytest
from fastapi.testclient import TestClient

from app.auth.hashing import PasswordContext
from app.main import create_app
from app.settings import Settings
from tests.conftest import MovableClock, empty_by_settings
from tests.serving import BASE_URL


@pytest.fixture
def sync_client(
    settings: Settings,
    clock: MovableClock,
    password_context: PasswordContext,
) -> Generator[TestClient]:
    """FastAPI's TestClient over the emptied database. Do not combine it with async fixtures."""
    asyncio.run(empty_by_settings(settings.database))
    app = create_app(settings, clock=clock, password_context=password_context)
    with TestClient(app, base_url=BASE_URL) as client:
        yield client


# {% endcall %}
