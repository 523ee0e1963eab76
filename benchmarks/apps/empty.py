"""Lower bound of `me`: a response model, without a database and without authentication."""

from datetime import UTC, datetime

from fastapi import FastAPI

from benchmarks.apps.tables import UserResponse

USER = UserResponse(
    id=1,
    email="person1@example.com",
    username="person1",
    is_active=True,
    is_staff=False,
    is_superuser=False,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
app = FastAPI()


@app.get("/me", response_model=UserResponse)
async def me() -> UserResponse:
    return USER
