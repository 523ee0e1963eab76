"""Tests of the backend, which know nothing of the template."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from app.db import engine
from app.main import app
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

PASSWORD = "guinevere 7 lanterns"


@pytest.fixture
def client() -> Iterator[TestClient]:
    SQLModel.metadata.drop_all(engine)
    SQLModel.metadata.create_all(engine)
    with TestClient(app) as client:
        yield client


def sign_in(client: TestClient, email: str) -> dict[str, str]:
    """Sign up, sign in, and return the header."""
    body = {"email": email, "password": PASSWORD, "full_name": "King Arthur"}
    assert client.post("/api/v1/users/signup", json=body).status_code == 200
    form = {"username": email, "password": PASSWORD}
    response = client.post("/api/v1/login/access-token", data=form)
    assert response.status_code == 200
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def test_user_signs_in(client: TestClient) -> None:
    me = client.get("/api/v1/users/me", headers=sign_in(client, "king@example.com")).json()

    assert (me["email"], me["full_name"], me["is_superuser"]) == (
        "king@example.com",
        "King Arthur",
        False,
    )


def test_email_is_taken_once(client: TestClient) -> None:
    sign_in(client, "king@example.com")

    body = {"email": "king@example.com", "password": PASSWORD}
    assert client.post("/api/v1/users/signup", json=body).status_code == 400


def test_wrong_password_is_refused(client: TestClient) -> None:
    sign_in(client, "king@example.com")

    form = {"username": "king@example.com", "password": "wrong"}
    response = client.post("/api/v1/login/access-token", data=form)

    assert (response.status_code, response.json()) == (
        400,
        {"detail": "Incorrect email or password"},
    )


def test_items_belong_to_their_owner(client: TestClient) -> None:
    king, queen = sign_in(client, "king@example.com"), sign_in(client, "queen@example.com")

    created = client.post("/api/v1/items/", params={"title": "Grail"}, headers=king)

    item = created.json()
    assert client.get("/api/v1/items/", headers=king).json() == [item]
    assert client.get("/api/v1/items/", headers=queen).json() == []
    assert client.get(f"/api/v1/items/{item['id']}", headers=queen).status_code == 403
    assert client.get(f"/api/v1/items/{uuid4()}", headers=king).json() == {
        "detail": "Item not found"
    }
