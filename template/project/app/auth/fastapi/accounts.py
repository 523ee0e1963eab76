# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Account routes: registration, current user, password change."""

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import JSONResponse

from app.auth import errors
from app.auth.fastapi import (
    # {% if transport != "cookie" %}
    bearer,
    # {% endif %}
    # {% if transport != "header" %}
    cookies,
    csrf,
    # {% endif %}
    schemas,
)
from app.auth.fastapi.dependencies import CurrentIdentity, current_user, deliver_afterwards
from app.auth.fastapi.errors import OWNER_REFUSED, UNAUTHENTICATED, UNUSABLE_BODY, refusals
from app.auth.fastapi.state import get_auth, get_client
from app.auth.protocols import UserProtocol
from app.auth.request_context import current_request
from app.auth.totp.requirement import (
    # {% if "totp" in features %}
    before_enrolment,
    # {% endif %}
)

router = APIRouter()

# The first route is matched fastest, and this one gets the most requests.
router.add_api_route(
    "/me",
    current_user,
    name="me",
    description="Return the current user.",
    # {% if "totp" in features %}
    dependencies=[Depends(before_enrolment)],
    # {% endif %}
    response_model=schemas.UserResponse,
    responses=refusals(*UNAUTHENTICATED),
)


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
        errors.AccountConflict,
        *UNUSABLE_BODY,
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
    openapi_extra={"responses": {"202": {"description": "The e-mail must be verified first."}}},
    dependencies=[Depends(deliver_afterwards)],
)
async def register(body: schemas.RegisterRequest, request: Request) -> UserProtocol | Response:
    """Create an account without privileges. Additional fields are ignored.

    If the e-mail must be verified, the response is 202 and does not reveal whether it is known.
    """
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    # {% endif %}
    auth = get_auth(request)
    await auth.limits.count("register", current_request.get().ip)
    user = await auth.service.register(body.new_user(), body.password.get_secret_value())
    if user is None or auth.settings.require_verified_email:
        return JSONResponse({}, status.HTTP_202_ACCEPTED)
    return user


@router.post(
    "/password",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(*OWNER_REFUSED),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
    # {% if "totp" in features %}
    dependencies=[Depends(before_enrolment), Depends(deliver_afterwards)],
    # {% else %}
    #| dependencies=[Depends(deliver_afterwards)],
    # {% endif %}
)
async def change_password(
    body: schemas.PasswordChangeRequest,
    identity: CurrentIdentity,
    request: Request,
) -> Response:
    """Change the password of the current user, end all their sessions, and open a new one."""
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    pair = await auth.service.change_password(
        identity,
        get_client(request),
        current_password=schemas.reveal(body.current_password),
        new_password=body.new_password.get_secret_value(),
    )
    # {% if transport == "both" %}
    if cookies.were_used(request):
        return cookies.tokens_in_cookies(pair, auth.settings)
    return bearer.tokens_in_body(pair)
    # {% elif transport == "cookie" %}
    #| return cookies.tokens_in_cookies(pair, auth.settings)
    # {% else %}
    #| return bearer.tokens_in_body(pair)
    # {% endif %}


# {% endcall %}
