# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What your routes may depend on."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import current_staff, current_superuser, current_user
from app.database import get_session
from app.models import User

SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]

# A read-only row with every column of your User but the password hash. To change the user, load
# it in a session: `await session.get(User, user.id)`.
CurrentUser = Annotated[User, Depends(current_user)]
CurrentStaff = Annotated[User, Depends(current_staff)]
CurrentSuperuser = Annotated[User, Depends(current_superuser)]
# {% endcall %}
