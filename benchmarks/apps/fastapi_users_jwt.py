"""fastapi-users with bearer tokens and its JWT strategy, set up as in its documentation."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, IntegerIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTable, SQLAlchemyUserDatabase
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Mapped, mapped_column

from benchmarks.apps.tables import DATABASE_URL, POOL, Base

SECRET = "e2f0c1d4b3a5968778695a4b3c2d1e0f"
engine = create_async_engine(DATABASE_URL, **POOL)
open_session = async_sessionmaker(engine, expire_on_commit=False)


class PeerUser(SQLAlchemyBaseUserTable[int], Base):
    __tablename__ = "peer_user"

    id: Mapped[int] = mapped_column(primary_key=True)


class UserManager(IntegerIDMixin, BaseUserManager[PeerUser, int]):
    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


async def get_session() -> AsyncGenerator[AsyncSession]:
    async with open_session() as session:
        yield session


async def get_user_db(
    session: Annotated[AsyncSession, Depends(get_session)],
) -> AsyncGenerator[SQLAlchemyUserDatabase[PeerUser, int]]:
    yield SQLAlchemyUserDatabase(session, PeerUser)


async def get_user_manager(
    user_db: Annotated[SQLAlchemyUserDatabase[PeerUser, int], Depends(get_user_db)],
) -> AsyncGenerator[UserManager]:
    yield UserManager(user_db)


backend = AuthenticationBackend(
    name="jwt",
    transport=BearerTransport(tokenUrl="login"),
    get_strategy=lambda: JWTStrategy(secret=SECRET, lifetime_seconds=3600),
)
users = FastAPIUsers[PeerUser, int](get_user_manager, [backend])
app = FastAPI()
app.include_router(users.get_auth_router(backend))
app.include_router(users.get_users_router(schemas.BaseUser[int], schemas.BaseUserUpdate))
