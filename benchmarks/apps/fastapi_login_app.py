"""FastAPI-Login with tokens in headers. The application loads the users."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_login import LoginManager
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from benchmarks.apps.tables import DATABASE_URL, POOL, User, UserResponse

engine = create_async_engine(DATABASE_URL, **POOL)
open_session = async_sessionmaker(engine, expire_on_commit=False)
manager = LoginManager("e2f0c1d4b3a5968778695a4b3c2d1e0f", token_url="/login")
app = FastAPI()


@manager.user_loader()
async def load_user(user_id: str) -> User | None:
    async with open_session() as session:
        found = await session.scalars(select(User).where(User.id == int(user_id)))
        return found.one_or_none()


@app.post("/login")
async def login() -> dict[str, str]:
    return {"access_token": manager.create_access_token(data={"sub": "1"})}


@app.get("/me", response_model=UserResponse)
async def me(user: Annotated[User, Depends(manager)]) -> User:
    return user
