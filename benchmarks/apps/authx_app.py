"""AuthX with tokens in headers. It does not load users, so a query is added."""

from collections.abc import AsyncGenerator
from typing import Annotated

from authx import AuthX, AuthXConfig, TokenPayload
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.apps.tables import DATABASE_URL, POOL, User, UserResponse

engine = create_async_engine(DATABASE_URL, **POOL)
open_session = async_sessionmaker(engine, expire_on_commit=False)
auth = AuthX(
    AuthXConfig(
        JWT_SECRET_KEY="e2f0c1d4b3a5968778695a4b3c2d1e0f",
        JWT_TOKEN_LOCATION=["headers"],
    )
)
app = FastAPI()
auth.handle_errors(app)


async def get_session() -> AsyncGenerator[AsyncSession]:
    async with open_session() as session:
        yield session


@app.post("/login")
async def login() -> dict[str, str]:
    return {"access_token": auth.create_access_token("1")}


@app.get("/me", response_model=UserResponse)
async def me(
    token: Annotated[TokenPayload, Depends(auth.access_token_required)],
    session: Annotated[AsyncSession, Depends(get_session)],
) -> User:
    found = await session.scalars(select(User).where(User.id == int(token.sub)))
    return found.one()
