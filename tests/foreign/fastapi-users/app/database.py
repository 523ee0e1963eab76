"""The database, and a column type for UUIDs that SQLite stores with hyphens."""

import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, Dialect, TypeDecorator
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

url = os.environ.get("DATABASE_URL", "sqlite:///./users.db")
engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
new_session = async_sessionmaker(engine, expire_on_commit=False)


class GUID(TypeDecorator[UUID]):
    impl = CHAR(36)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(value)


class Base(DeclarativeBase):
    pass


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session
