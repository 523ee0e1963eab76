"""Tests of the shop, which know nothing of the template."""

from collections.abc import Iterator

import pytest
from app.database import Base, SessionLocal, engine
from app.main import app
from app.models import User
from app.security import passwords
from fastapi.testclient import TestClient

PASSWORD = "secret"


@pytest.fixture
def client() -> Iterator[TestClient]:
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with SessionLocal() as session:
        for name in ("johndoe", "alice"):
            user = User(
                username=name,
                email=f"{name}@example.com",
                full_name=name.title(),
                hashed_password=passwords.hash(PASSWORD),
            )
            session.add(user)
        session.add(
            User(
                username="gone",
                email="gone@example.com",
                hashed_password=passwords.hash(PASSWORD),
                disabled=True,
            )
        )
        session.commit()
    with TestClient(app) as client:
        yield client


def sign_in(client: TestClient, username: str, password: str = PASSWORD) -> dict[str, str]:
    response = client.post("/token", data={"username": username, "password": password})
    assert response.status_code == 200
    assert response.json()["token_type"] == "bearer"
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def test_user_signs_in(client: TestClient) -> None:
    response = client.get("/users/me", headers=sign_in(client, "johndoe"))

    assert response.json() == {
        "username": "johndoe",
        "email": "johndoe@example.com",
        "full_name": "Johndoe",
    }


@pytest.mark.parametrize("username", ["johndoe", "nobody"])
def test_wrong_password_is_refused(client: TestClient, username: str) -> None:
    response = client.post("/token", data={"username": username, "password": "wrong"})

    assert response.status_code == 401
    assert response.json() == {"detail": "Incorrect username or password"}


def test_stranger_is_refused(client: TestClient) -> None:
    assert client.get("/users/me").status_code == 401
    assert client.get("/users/me", headers={"Authorization": "Bearer x"}).status_code == 401


def test_items_belong_to_their_owner(client: TestClient) -> None:
    john, alice = sign_in(client, "johndoe"), sign_in(client, "alice")

    added = client.post("/users/me/items", params={"title": "Lamp"}, headers=john)

    assert added.status_code == 201
    assert client.get("/users/me/items", headers=john).json() == ["Lamp"]
    assert client.get("/users/me/items", headers=alice).json() == []
