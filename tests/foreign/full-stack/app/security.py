"""Passwords and tokens."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import bcrypt
import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session, select

from app.db import SessionDep
from app.models import User

SECRET_KEY = os.environ.get("SECRET_KEY", "0e6f2a9d5c814b73a8f1d3e5b7092c64")
bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/login/access-token")


def get_password_hash(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def authenticate(session: Session, email: str, password: str) -> User | None:
    user = session.exec(select(User).where(User.email == email)).first()
    if user is None or not bcrypt.checkpw(password.encode(), user.hashed_password.encode()):
        return None
    return user


def create_access_token(user: User) -> str:
    claims = {"sub": str(user.id), "exp": datetime.now(UTC) + timedelta(days=8)}
    return jwt.encode(claims, SECRET_KEY, "HS256")


def get_current_user(session: SessionDep, token: Annotated[str, Depends(bearer)]) -> User:
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(403, "Could not validate credentials") from None
    user = session.get(User, UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(400, "Inactive user")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
