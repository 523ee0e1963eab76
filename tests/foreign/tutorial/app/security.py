"""Passwords and tokens."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import User

SECRET_KEY = os.environ.get("SECRET_KEY", "5df1c86b2a7e4f90b3d8e6a1c07f4b29")
ALGORITHM = "HS256"
passwords = CryptContext(schemes=["bcrypt"], bcrypt__rounds=4)
bearer = OAuth2PasswordBearer(tokenUrl="token")


def create_access_token(username: str) -> str:
    claims = {"sub": username, "exp": datetime.now(UTC) + timedelta(minutes=30)}
    return jwt.encode(claims, SECRET_KEY, ALGORITHM)


def authenticate(session: Session, username: str, password: str) -> User | None:
    user = session.scalar(select(User).where(User.username == username))
    if user is None or not passwords.verify(password, user.hashed_password):
        return None
    return user


def get_current_user(
    token: Annotated[str, Depends(bearer)], session: Annotated[Session, Depends(get_db)]
) -> User:
    refusal = HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        raise refusal from None
    user = session.scalar(select(User).where(User.username == claims["sub"]))
    if user is None or user.disabled:
        raise refusal
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
