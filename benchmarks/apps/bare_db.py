"""Baseline of `me`: one query by primary key and a response model, no authentication."""

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from benchmarks.apps.tables import DATABASE_URL, POOL, User, UserResponse

engine = create_async_engine(DATABASE_URL, **POOL)
open_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


@app.get("/me", response_model=UserResponse)
async def me() -> User:
    async with open_session() as session:
        found = await session.scalars(select(User).where(User.id == 1))
        return found.one()
