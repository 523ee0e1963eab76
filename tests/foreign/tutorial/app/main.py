"""The shop."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Item
from app.security import CurrentUser, authenticate, create_access_token

app = FastAPI(title="Shop")
SessionDep = Annotated[Session, Depends(get_db)]


@app.post("/token")
def token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> dict[str, str]:
    user = authenticate(session, form.username, form.password)
    if user is None:
        raise HTTPException(401, "Incorrect username or password")
    return {"access_token": create_access_token(user.username), "token_type": "bearer"}


@app.get("/users/me")
def read_me(user: CurrentUser) -> dict[str, str | None]:
    return {"username": user.username, "email": user.email, "full_name": user.full_name}


@app.get("/users/me/items")
def list_items(user: CurrentUser, session: SessionDep) -> list[str]:
    return list(session.scalars(select(Item.title).where(Item.owner_id == user.id)))


@app.post("/users/me/items", status_code=201)
def add_item(title: str, user: CurrentUser, session: SessionDep) -> dict[str, str]:
    session.add(Item(owner_id=user.id, title=title))
    session.commit()
    return {"title": title}
