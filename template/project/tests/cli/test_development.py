"""Sample accounts are for development only (SEC-14)."""

import pytest

from app.database.settings import DatabaseSettings
from app.samples import PASSWORD, USERS
from tests.cli.steps import users_of
from tests.commands import manage


def test_samples_are_added_once(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "development")

    results = [manage("seed") for _ in range(2)]

    users = users_of(database_settings)
    assert [result.exit_code for result in results] == [0, 0]
    assert PASSWORD in results[0].stdout
    assert [(user.email, user.is_staff, user.is_superuser) for user in users] == [
        (user.email, user.is_staff, user.is_superuser) for user in USERS
    ]


def test_production_gets_no_samples(database_settings: DatabaseSettings) -> None:
    result = manage("seed")

    said = "Sample accounts are for development only: ENVIRONMENT is production.\n"
    assert (result.exit_code, result.stderr, users_of(database_settings)) == (1, said, [])
