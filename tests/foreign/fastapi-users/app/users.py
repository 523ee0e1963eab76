"""Passwords, tokens, and the current user."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import bcrypt
import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session
from app.models import User

SECRET = os.environ.get("SECRET", "9b1f5a8c3e7d4026b6c9e0d2a4f81735")
hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=4)
SessionDep = Annotated[AsyncSession, Depends(get_session)]
bearer = OAuth2PasswordBearer(tokenUrl="auth/jwt/login")


def hash_password(password: str) -> str:
    return hasher.hash(password)


def verify_password(password: str, stored: str) -> bool:
    if stored.startswith("$2"):
        return bcrypt.checkpw(password.encode(), stored.encode())
    try:
        return hasher.verify(stored, password)
    except VerifyMismatchError:
        return False


async def authenticate(session: AsyncSession, email: str, password: str) -> User | None:
    user = await session.scalar(select(User).where(User.email == email))
    if user is None or not user.is_active or not verify_password(password, user.hashed_password):
        return None
    return user


def write_token(user: User) -> str:
    expires = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": str(user.id), "aud": ["fastapi-users:auth"], "exp": expires}
    return jwt.encode(claims, SECRET, "HS256")


async def read_user(token: Annotated[str, Depends(bearer)], session: SessionDep) -> User:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="fastapi-users:auth")
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Unauthorized") from None
    user = await session.get(User, UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(401, "Unauthorized")
    return user


CurrentUser = Annotated[User, Depends(read_user)]
