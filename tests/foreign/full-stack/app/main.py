"""The backend."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlmodel import select

from app.db import SessionDep
from app.models import Item, ItemPublic, User, UserPublic, UserRegister
from app.security import CurrentUser, authenticate, create_access_token, get_password_hash

app = FastAPI(title="Items")
router = APIRouter(prefix="/api/v1")


@router.post("/login/access-token")
def login(
    session: SessionDep, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> dict[str, str]:
    user = authenticate(session, form.username, form.password)
    if user is None:
        raise HTTPException(400, "Incorrect email or password")
    return {"access_token": create_access_token(user), "token_type": "bearer"}


@router.post("/users/signup", response_model=UserPublic)
def sign_up(session: SessionDep, body: UserRegister) -> Any:
    if session.exec(select(User).where(User.email == body.email)).first():
        raise HTTPException(400, "The user with this email already exists in the system")
    password_hash = get_password_hash(body.password)
    user = User(email=body.email, full_name=body.full_name, hashed_password=password_hash)
    session.add(user)
    session.commit()
    return user


@router.get("/users/me", response_model=UserPublic)
def read_me(current_user: CurrentUser) -> Any:
    return current_user


@router.get("/items/", response_model=list[ItemPublic])
def list_items(session: SessionDep, current_user: CurrentUser) -> Any:
    return session.exec(select(Item).where(Item.owner_id == current_user.id)).all()


@router.post("/items/", response_model=ItemPublic)
def create_item(session: SessionDep, current_user: CurrentUser, title: str) -> Any:
    item = Item(title=title, owner_id=current_user.id)
    session.add(item)
    session.commit()
    return item


@router.get("/items/{id}", response_model=ItemPublic)
def read_item(session: SessionDep, current_user: CurrentUser, id: UUID) -> Any:
    item = session.get(Item, id)
    if item is None:
        raise HTTPException(404, "Item not found")
    if not current_user.is_superuser and item.owner_id != current_user.id:
        raise HTTPException(403, "Not enough permissions")
    return item


app.include_router(router)
