"""Tests of the blog, which know nothing of the template."""

from collections.abc import Iterator

import anyio
import pytest
from app.database import Base, engine
from app.main import app
from fastapi.testclient import TestClient

PASSWORD = "guinevere 7 lanterns"


async def recreate() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


@pytest.fixture
def client() -> Iterator[TestClient]:
    anyio.run(recreate)
    with TestClient(app) as client:
        yield client


def register(client: TestClient, email: str) -> dict[str, str]:
    """Register, sign in, and return the header."""
    created = client.post("/auth/register", json={"email": email, "password": PASSWORD})
    assert created.status_code == 201
    form = {"username": email, "password": PASSWORD}
    token = client.post("/auth/jwt/login", data=form)
    assert token.status_code == 200
    return {"Authorization": f"Bearer {token.json()['access_token']}"}


def test_user_registers_and_signs_in(client: TestClient) -> None:
    me = client.get("/users/me", headers=register(client, "king@example.com")).json()

    assert len(me.pop("id")) == 36
    assert me == {
        "email": "king@example.com",
        "is_active": True,
        "is_superuser": False,
        "is_verified": False,
    }


def test_email_is_taken_once(client: TestClient) -> None:
    register(client, "king@example.com")

    body = {"email": "king@example.com", "password": PASSWORD}
    response = client.post("/auth/register", json=body)

    assert (response.status_code, response.json()) == (
        400,
        {"detail": "REGISTER_USER_ALREADY_EXISTS"},
    )


def test_wrong_password_is_refused(client: TestClient) -> None:
    register(client, "king@example.com")

    form = {"username": "king@example.com", "password": "wrong"}
    response = client.post("/auth/jwt/login", data=form)

    assert (response.status_code, response.json()) == (400, {"detail": "LOGIN_BAD_CREDENTIALS"})


def test_posts_belong_to_their_author(client: TestClient) -> None:
    king, queen = register(client, "king@example.com"), register(client, "queen@example.com")

    client.post("/posts", params={"title": "Camelot"}, headers=king)

    assert client.get("/posts", headers=king).json() == ["Camelot"]
    assert client.get("/posts", headers=queen).json() == []
    assert client.get("/posts").status_code == 401
