# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A first route of your own: replace it, or copy its pattern."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import func, select

from app.auth.errors import PermissionDenied
from app.auth.fastapi.errors import UNAUTHENTICATED, refusals
from app.dependencies import CurrentStaff, CurrentUser, SessionDep
from app.models import User

router = APIRouter(tags=["hello"])


class Greeting(BaseModel):
    message: str


class UserCount(BaseModel):
    users: int


@router.get("/hello", responses=refusals(*UNAUTHENTICATED))
async def hello(user: CurrentUser) -> Greeting:
    """Greet whoever is signed in."""
    return Greeting(message=f"Hello, {user.username}!")


@router.get("/hello/count", responses=refusals(*UNAUTHENTICATED, PermissionDenied))
async def count_users(staff: CurrentStaff, session: SessionDep) -> UserCount:
    """Count the users, for staff."""
    users = await session.scalar(select(func.count()).select_from(User))
    return UserCount(users=users or 0)


# {% endcall %}
