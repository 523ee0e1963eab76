# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The routes of an account: register, and who am I."""

from fastapi import APIRouter, Request, status

from app.auth import errors
from app.auth.fastapi import (
    # {% if transport != "header" %}
    csrf,
    # {% endif %}
    schemas,
)
from app.auth.fastapi.dependencies import CurrentIdentity
from app.auth.fastapi.errors import UNAUTHENTICATED, UNUSABLE_BODY, refusals
from app.auth.fastapi.state import components_of
from app.auth.protocols import UserProtocol

router = APIRouter()


@router.post(
    "/register",
    status_code=status.HTTP_201_CREATED,
    response_model=schemas.UserResponse,
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        errors.RegistrationClosed,
        errors.EmailTaken,
        errors.UsernameTaken,
        *UNUSABLE_BODY,
        errors.HashingSaturated,
    ),
)
async def register(body: schemas.RegisterRequest, request: Request) -> UserProtocol:
    """Create an account. It has no privileges, whatever else is sent."""
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    # {% endif %}
    return await components_of(request).service.register(
        email=body.email,
        username=body.username,
        password=body.password.get_secret_value(),
    )


@router.get("/me", response_model=schemas.UserResponse, responses=refusals(*UNAUTHENTICATED))
async def me(identity: CurrentIdentity) -> UserProtocol:
    """Return the user who is signed in."""
    return identity.user


# {% endcall %}
