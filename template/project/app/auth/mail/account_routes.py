# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Routes for users to change, confirm and delete their own account."""

from fastapi import APIRouter, Depends, Request, Response, status

from app.auth import errors
from app.auth.fastapi import (
    # {% if transport != "cookie" %}
    bearer,
    # {% endif %}
    # {% if transport != "header" %}
    cookies,
    # {% endif %}
)
from app.auth.fastapi.dependencies import CurrentIdentity, deliver_afterwards
from app.auth.fastapi.errors import (
    CREDENTIAL_REFUSED,
    OWNER_REFUSED,
    PASSWORD_REFUSED,
    UNUSABLE_BODY,
    refusals,
)
from app.auth.fastapi.schemas import UserResponse, reveal
from app.auth.fastapi.state import get_auth, get_client
from app.auth.mail import schemas
from app.auth.mail.account import OwnAccount
from app.auth.protocols import UserProtocol
from app.auth.request_context import current_request
from app.auth.totp.requirement import (
    # {% if "totp" in features %}
    before_enrolment,
    # {% endif %}
)

router = APIRouter(dependencies=[Depends(deliver_afterwards)])


@router.patch(
    "/me",
    response_model=UserResponse,
    responses=refusals(*CREDENTIAL_REFUSED, errors.UsernameTaken, *UNUSABLE_BODY),
)
async def change_profile(
    body: schemas.ProfileRequest,
    identity: CurrentIdentity,
    request: Request,
) -> UserProtocol:
    """Change the username of the current user."""
    return await OwnAccount(get_auth(request).tools).rename(identity.user, body.username)


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(*OWNER_REFUSED, errors.LastSuperuser),
)
async def delete_account(
    body: schemas.DeletionRequest,
    identity: CurrentIdentity,
    request: Request,
) -> Response:
    """Delete the account of the current user with everything that belongs to it."""
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    await OwnAccount(auth.tools).delete(identity, reveal(body.current_password))
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    # {% if transport != "header" %}
    if cookies.were_used(request):
        cookies.clear_tokens(response, auth.settings)
    # {% endif %}
    return response


@router.post(
    "/reauthenticate",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(
        # {% if "totp" in features %}
        errors.SecondFactorAsked,
        # {% endif %}
        *PASSWORD_REFUSED,
    ),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
    # {% if "totp" in features %}
    dependencies=[Depends(before_enrolment)],
    # {% endif %}
)
async def reauthenticate(
    body: schemas.ReauthenticationRequest,
    identity: CurrentIdentity,
    request: Request,
) -> Response:
    """Enter the password again, for routes that need a recent login. A new session is opened."""
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    password = body.password.get_secret_value()
    pair = await auth.service.reauthenticate(identity, password, get_client(request))
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
