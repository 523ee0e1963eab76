# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Routes to set up and remove second factors, and to finish a login with one."""

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
from app.auth.fastapi.dependencies import (
    CurrentIdentity,
    SignedIn,
    deliver_afterwards,
    recent_user,
    # {% if transport != "header" %}
    refuse_cross_site,
    # {% endif %}
)
from app.auth.fastapi.errors import (
    CREDENTIAL_REFUSED,
    UNAUTHENTICATED,
    UNUSABLE_BODY,
    refusals,
)
from app.auth.fastapi.state import get_auth, get_client
from app.auth.request_context import current_request
from app.auth.totp import schemas
from app.auth.totp.enrolment import Enrolment, Seed
from app.auth.totp.own_factors import Factors, OwnFactors
from app.auth.totp.protocols import Factor
from app.auth.totp.requirement import before_enrolment

router = APIRouter(dependencies=[Depends(deliver_afterwards)])

# Errors of routes that finish a login, and of routes that take the code of a user who is signed in.
LOGIN_REFUSED = (
    # {% if transport != "header" %}
    errors.CrossSiteRequest,
    # {% endif %}
    errors.InvalidToken,
    errors.InvalidCode,
    errors.EmailUnverified,
    *UNUSABLE_BODY,
    errors.LoginThrottled,
    errors.TooManyRequests,
)
CODE_REFUSED = (
    *CREDENTIAL_REFUSED,
    errors.RecentLoginRequired,
    errors.WrongCode,
    *UNUSABLE_BODY,
    errors.LoginThrottled,
    errors.TooManyRequests,
)


@router.post(
    "/login/totp",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(*LOGIN_REFUSED),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
    # {% if transport != "header" %}
    dependencies=[Depends(refuse_cross_site)],
    # {% endif %}
)
async def finish_login_with_totp(body: schemas.SecondStepRequest, request: Request) -> Response:
    """Finish a login with a code of the authenticator."""
    return await _finish_login(body, Factor.TOTP, request)


@router.post(
    "/login/recovery-code",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(*LOGIN_REFUSED),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
    # {% if transport != "header" %}
    dependencies=[Depends(refuse_cross_site)],
    # {% endif %}
)
async def finish_login_with_recovery_code(
    body: schemas.SecondStepRequest,
    request: Request,
) -> Response:
    """Finish a login with a recovery code, which works once. The user is told by mail."""
    return await _finish_login(body, Factor.RECOVERY_CODE, request)


@router.get(
    "/second-factors",
    response_model=schemas.FactorsResponse,
    responses=refusals(*UNAUTHENTICATED),
    dependencies=[Depends(before_enrolment)],
)
async def list_second_factors(user: SignedIn, request: Request) -> Factors:
    """Return which second factors the current user has."""
    return await OwnFactors(get_auth(request).tools).find(user)


@router.post(
    "/totp",
    response_model=schemas.SeedResponse,
    responses=refusals(
        *CREDENTIAL_REFUSED,
        errors.RecentLoginRequired,
        errors.EmailUnverified,
        errors.AlreadyEnabled,
    ),
    dependencies=[Depends(before_enrolment), Depends(recent_user)],
)
async def begin_totp(user: SignedIn, request: Request) -> Seed:
    """Return a new seed for an authenticator. It counts once its first code is sent."""
    return await Enrolment(get_auth(request).tools).begin(user)


@router.post(
    "/totp/confirm",
    response_model=schemas.RecoveryCodesResponse,
    responses=refusals(*CODE_REFUSED),
    dependencies=[Depends(before_enrolment), Depends(recent_user)],
)
async def confirm_totp(
    body: schemas.CodeRequest,
    identity: CurrentIdentity,
    request: Request,
) -> dict[str, list[str]]:
    """Enable the authenticator with its first code. All other sessions end."""
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    return {"recovery_codes": await Enrolment(auth.tools).confirm(identity, body.code)}


@router.delete(
    "/totp",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(*CODE_REFUSED),
    dependencies=[Depends(recent_user)],
)
async def disable_totp(
    body: schemas.CodeRequest,
    identity: CurrentIdentity,
    request: Request,
) -> None:
    """Remove the authenticator with one of its codes, or a recovery code. Other sessions end."""
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    await OwnFactors(auth.tools).disable(identity, body.code)


@router.post(
    "/recovery-codes",
    response_model=schemas.RecoveryCodesResponse,
    responses=refusals(
        *CREDENTIAL_REFUSED,
        errors.RecentLoginRequired,
        errors.SecondFactorRequired,
    ),
    dependencies=[Depends(recent_user)],
)
async def replace_recovery_codes(user: SignedIn, request: Request) -> dict[str, list[str]]:
    """Return ten new recovery codes, which replace the old ones."""
    factors = OwnFactors(get_auth(request).tools)
    return {"recovery_codes": await factors.replace_recovery_codes(user)}


async def _finish_login(
    body: schemas.SecondStepRequest,
    factor: Factor,
    request: Request,
) -> Response:
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    pair = await auth.service.finish_login(body.token, factor, body.code, get_client(request))
    # {% if transport == "cookie" %}
    #| return cookies.tokens_in_cookies(pair, auth.settings)
    # {% elif transport == "header" %}
    #| return bearer.tokens_in_body(pair)
    # {% else %}
    if not auth.settings.accept_header:
        return cookies.tokens_in_cookies(pair, auth.settings)
    response = bearer.tokens_in_body(pair)
    if auth.settings.set_cookie_on_login:
        cookies.set_tokens(response, pair, auth.settings)
    return response
    # {% endif %}


# {% endcall %}
