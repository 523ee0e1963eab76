# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Routes for e-mail addresses and forgotten passwords."""

from fastapi import APIRouter, Depends, Request, status

from app.auth import errors
from app.auth.fastapi.dependencies import (
    CurrentIdentity,
    OptionalIdentity,
    deliver_afterwards,
    # {% if transport != "header" %}
    refuse_cross_site,
    # {% endif %}
)
from app.auth.fastapi.errors import (
    CREDENTIAL_REFUSED,
    OWNER_REFUSED,
    PASSWORD_REFUSED,
    UNUSABLE_BODY,
    refusals,
)
from app.auth.fastapi.schemas import UserResponse, reveal
from app.auth.fastapi.state import get_auth
from app.auth.mail import schemas
from app.auth.mail.email_change import EmailChange
from app.auth.mail.password_reset import PasswordReset
from app.auth.mail.verification import EmailVerification
from app.auth.protocols import UserProtocol
from app.auth.request_context import current_request
from app.auth.totp.requirement import (
    # {% if "totp" in features %}
    before_enrolment,
    # {% endif %}
)

router = APIRouter(
    dependencies=[
        # {% if transport != "header" %}
        Depends(refuse_cross_site),
        # {% endif %}
        Depends(deliver_afterwards),
    ],
)

# Errors of a route that sends a mail.
SENDS_MAIL = (*UNUSABLE_BODY, errors.MailThrottled, errors.TooManyRequests)


@router.post(
    "/email/verification",
    status_code=status.HTTP_202_ACCEPTED,
    responses=refusals(*CREDENTIAL_REFUSED, *SENDS_MAIL),
    # {% if "totp" in features %}
    dependencies=[Depends(before_enrolment)],
    # {% endif %}
)
async def request_verification(
    request: Request,
    identity: OptionalIdentity,
    body: schemas.EmailRequest | None = None,
) -> dict[str, str]:
    """Send another mail to verify an e-mail: the one in the body, or that of the current user."""
    if body is not None:
        email = body.email
    elif identity is not None:
        email = identity.user.email
    else:
        raise errors.Unauthenticated
    auth = get_auth(request)
    await auth.limits.count("mail", current_request.get().ip)
    await EmailVerification(auth.tools).request(email)
    return {}


@router.post(
    "/email/verify",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(*PASSWORD_REFUSED),
    # {% if "totp" in features %}
    dependencies=[Depends(before_enrolment)],
    # {% endif %}
)
async def verify_email(
    body: schemas.LinkRequest,
    identity: OptionalIdentity,
    request: Request,
) -> None:
    """Verify an e-mail with the token of a mail, and the session or the password of its user."""
    auth = get_auth(request)
    await auth.limits.count("token", current_request.get().ip)
    await EmailVerification(auth.tools).verify(body.token, identity, reveal(body.password))


@router.post(
    "/email",
    status_code=status.HTTP_202_ACCEPTED,
    responses=refusals(errors.MailThrottled, errors.TooManyRequests, *OWNER_REFUSED),
)
async def request_email_change(
    body: schemas.EmailChangeRequest,
    identity: CurrentIdentity,
    request: Request,
) -> dict[str, str]:
    """Send a mail to another address of the current user. It counts once it is confirmed."""
    auth = get_auth(request)
    await auth.limits.count("mail", current_request.get().ip)
    password = reveal(body.current_password)
    await EmailChange(auth.tools).request(identity, body.new_email, password)
    return {}


@router.post(
    "/email/confirm",
    response_model=UserResponse,
    responses=refusals(*PASSWORD_REFUSED, errors.EmailTaken),
)
async def confirm_email_change(
    body: schemas.LinkRequest,
    identity: OptionalIdentity,
    request: Request,
) -> UserProtocol:
    """Confirm another address with the token of a mail, and the session or the password."""
    auth = get_auth(request)
    await auth.limits.count("token", current_request.get().ip)
    return await EmailChange(auth.tools).confirm(body.token, identity, reveal(body.password))


@router.post(
    "/password/forgotten",
    status_code=status.HTTP_202_ACCEPTED,
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        *SENDS_MAIL,
    ),
)
async def forgotten_password(body: schemas.EmailRequest, request: Request) -> dict[str, str]:
    """Send a mail with a link to choose a new password, if the address has an account."""
    auth = get_auth(request)
    await auth.limits.count("mail", current_request.get().ip)
    await PasswordReset(auth.tools).request(body.email)
    return {}


@router.post(
    "/password/reset",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        errors.InvalidToken,
        *UNUSABLE_BODY,
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
)
async def reset_password(body: schemas.PasswordResetRequest, request: Request) -> None:
    """Choose a new password with the token of a mail. All sessions end, and none is opened."""
    auth = get_auth(request)
    await auth.limits.count("token", current_request.get().ip)
    await PasswordReset(auth.tools).reset(body.token, body.new_password.get_secret_value())


# {% endcall %}
