# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The route that tells who is signed in."""

# {% if concurrency == "sync" %}
#| # It is async although it awaits nothing: FastAPI would go to other threads for a plain def and
#| # for its answer, when all that takes time is done.
# {% endif %}
from fastapi import APIRouter

from app.auth.fastapi import schemas
from app.auth.fastapi.dependencies import CurrentIdentity
from app.auth.fastapi.errors import UNAUTHENTICATED, refusals
from app.auth.protocols import UserProtocol

router = APIRouter()


@router.get("/me", response_model=schemas.UserResponse, responses=refusals(*UNAUTHENTICATED))
async def me(identity: CurrentIdentity) -> UserProtocol:
    """Return the user who is signed in."""
    return identity.user


# {% endcall %}
