# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Dependencies for your routes."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.fastapi.dependencies import (
    current_staff,
    current_superuser,
    current_user,
    recent_user,
)
from app.database import Database, get_database, get_session
from app.models import User

# Closed when the route returns. A background task, a stream or a WebSocket opens its own session
# with DatabaseDep: `async with database.session() as session:`.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
DatabaseDep = Annotated[Database, Depends(get_database)]

# A read-only User with every column except the secret ones, without relationships. To change
# the user, load it: `user = await session.get_one(User, current.id)`.
CurrentUser = Annotated[User, Depends(current_user)]
CurrentStaff = Annotated[User, Depends(current_staff)]
CurrentSuperuser = Annotated[User, Depends(current_superuser)]
# A user who has entered the password minutes ago, for what a stolen session must not do.
RecentUser = Annotated[User, Depends(recent_user)]
# {% endcall %}
