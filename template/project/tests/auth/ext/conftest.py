"""Fixtures for the authentication with the database."""

import pytest

from app.auth.storage import Storage


@pytest.fixture
def storage(database_storage: Storage) -> Storage:
    return database_storage
