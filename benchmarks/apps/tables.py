"""A hand-written mapping of the user table of a render, and its response model."""

import os
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DATABASE_URL = os.environ["DATABASE_URL"]
# A fixed number of connections, as in a render.
POOL = {"pool_size": 10, "max_overflow": 0}


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    email: Mapped[str]
    username: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool]
    is_staff: Mapped[bool]
    is_superuser: Mapped[bool]
    created_at: Mapped[int] = mapped_column(BigInteger)


class UserResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str
    username: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    created_at: datetime
