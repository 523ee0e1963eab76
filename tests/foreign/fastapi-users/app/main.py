"""The application."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, EmailStr
from sqlalchemy import select

from app.models import Post, User
from app.users import CurrentUser, SessionDep, authenticate, hash_password, write_token

app = FastAPI(title="Blog")


class UserCreate(BaseModel):
    email: EmailStr
    password: str


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    is_active: bool
    is_superuser: bool
    is_verified: bool


@app.post("/auth/jwt/login")
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> dict[str, str]:
    user = await authenticate(session, form.username, form.password)
    if user is None:
        raise HTTPException(400, "LOGIN_BAD_CREDENTIALS")
    return {"access_token": write_token(user), "token_type": "bearer"}


@app.post("/auth/register", status_code=201, response_model=UserRead)
async def register(body: UserCreate, session: SessionDep) -> User:
    if await session.scalar(select(User).where(User.email == body.email)):
        raise HTTPException(400, "REGISTER_USER_ALREADY_EXISTS")
    user = User(email=body.email, hashed_password=hash_password(body.password))
    session.add(user)
    await session.commit()
    return user


@app.get("/users/me", response_model=UserRead)
async def read_me(user: CurrentUser) -> User:
    return user


@app.post("/posts", status_code=201)
async def add_post(title: str, user: CurrentUser, session: SessionDep) -> dict[str, str]:
    session.add(Post(author_id=user.id, title=title))
    await session.commit()
    return {"title": title}


@app.get("/posts")
async def list_posts(user: CurrentUser, session: SessionDep) -> list[str]:
    return list(await session.scalars(select(Post.title).where(Post.author_id == user.id)))
