"""Synchronous tests also get the application and an empty database."""

import pytest
from fastapi.testclient import TestClient

from tests.steps import AUTH, Account, credential, credentials, profile, registration, tokens_of


@pytest.mark.parametrize("time", ["first", "second"])
def test_account_can_be_registered_each_time(sync_client: TestClient, time: str) -> None:
    """The second registration would fail if the first had left an account."""
    response = sync_client.post(f"{AUTH}/register", json=registration(Account()))

    assert response.status_code == 201


def test_user_signs_in(sync_client: TestClient) -> None:
    sync_client.post(f"{AUTH}/register", json=registration(Account()))
    login = sync_client.post(f"{AUTH}/login", json=credentials(Account()))
    headers = credential(tokens_of(login).access)

    response = sync_client.get(f"{AUTH}/me", headers=headers)

    assert response.json() | profile(Account()) == response.json()
