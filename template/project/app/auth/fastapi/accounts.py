# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The routes of an account: register, and another password."""

from fastapi import APIRouter, Request, status

from app.auth import errors
from app.auth.context import current_request
from app.auth.fastapi import (
    # {% if transport != "header" %}
    csrf,
    # {% endif %}
    schemas,
)
from app.auth.fastapi.dependencies import CurrentIdentity
from app.auth.fastapi.errors import CREDENTIAL_REFUSED, UNUSABLE_BODY, refusals
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
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
)
async def register(body: schemas.RegisterRequest, request: Request) -> UserProtocol:
    """Create an account. It has no privileges, whatever else is sent."""
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    # {% endif %}
    auth = components_of(request)
    await auth.limits.count("register", current_request.get().ip)
    return await auth.service.register(
        email=body.email,
        username=body.username,
        password=body.password.get_secret_value(),
    )


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(
        *CREDENTIAL_REFUSED,
        errors.WrongPassword,
        *UNUSABLE_BODY,
        errors.LoginThrottled,
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
)
async def change_password(
    body: schemas.PasswordChangeRequest,
    identity: CurrentIdentity,
    request: Request,
) -> None:
    """Replace the password of the user who is signed in, and end all their other sessions."""
    auth = components_of(request)
    await auth.limits.count("login", current_request.get().ip)
    await auth.service.change_password(
        identity.user,
        identity.session_id,
        current_password=body.current_password.get_secret_value(),
        new_password=body.new_password.get_secret_value(),
    )


# {% endcall %}
