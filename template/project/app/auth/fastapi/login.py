# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Login, refresh and logout routes."""

from fastapi import APIRouter, Depends, Request, Response, status

from app.auth import errors
from app.auth.address_limits import Caller
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
from app.auth.fastapi.dependencies import SECURITY_SCHEMES, deliver_afterwards
from app.auth.fastapi.errors import UNUSABLE_BODY, refusals
from app.auth.fastapi.extractors import (
    # {% if transport != "header" %}
    read_device_cookie,
    # {% endif %}
)
from app.auth.fastapi.state import get_auth, get_client
from app.auth.request_context import current_request

router = APIRouter()


@router.post(
    "/login",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(
        # {% if "totp" in features %}
        errors.SecondFactorAsked,
        # {% endif %}
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        errors.InvalidCredentials,
        errors.EmailUnverified,
        *UNUSABLE_BODY,
        errors.LoginThrottled,
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
    dependencies=[Depends(deliver_afterwards)],
)
async def login(body: schemas.LoginRequest, request: Request) -> Response:
    """Open a session with a username or an e-mail, and a password.

    # {% if "totp" in features %}
    202 asks for the second factor of the account: the user is not signed in yet.
    # {% else %}
    #| 202 is reserved for a login that needs another step: treat it as not signed in.
    # {% endif %}
    """
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    # {% endif %}
    auth = get_auth(request)
    await auth.limits.count("login", current_request.get().ip)
    pair = await auth.service.login(
        username_or_email=body.username_or_email,
        password=body.password.get_secret_value(),
        client=get_client(request),
        # {% if transport == "cookie" %}
        #| device_token=read_device_cookie(request),
        # {% elif transport == "header" %}
        #| device_token=body.device_token,
        # {% else %}
        device_token=body.device_token or read_device_cookie(request),
        # {% endif %}
    )
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


@router.post(
    "/refresh",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        errors.Unauthenticated,
        # {% endif %}
        errors.InvalidToken,
        errors.SessionEnded,
        # {% if transport != "cookie" %}
        *UNUSABLE_BODY,
        # {% endif %}
        errors.TooManyRequests,
    ),
    # {% if transport == "both" %}
    openapi_extra=cookies.OR_COOKIES,
    # {% endif %}
)
async def refresh(
    request: Request,
    # {% if transport == "both" %}
    body: bearer.RefreshRequest | None = None,
    # {% elif transport == "header" %}
    #| body: bearer.RefreshRequest,
    # {% endif %}
) -> Response:
    """Exchange a refresh token for its successor. Each token can be used once."""
    auth = get_auth(request)
    client = get_client(request)
    # {% if transport == "both" %}
    if body is not None and auth.settings.accept_header:
        await auth.limits.count("refresh", client.ip)
        pair = await auth.service.refresh(body.refresh_token, client)
        return bearer.tokens_in_body(pair)
    # {% elif transport == "header" %}
    #| await auth.limits.count("refresh", client.ip)
    #| pair = await auth.service.refresh(body.refresh_token, client)
    #| return bearer.tokens_in_body(pair)
    # {% endif %}
    # {% if transport != "header" %}
    try:
        token = cookies.require_refresh_token(request)
    except errors.Unauthenticated:
        await auth.limits.count("refresh", client.ip, "without token")
        raise
    await auth.limits.count("refresh", client.ip)
    pair = await auth.service.refresh(token, client)
    return cookies.tokens_in_cookies(pair, auth.settings)
    # {% endif %}


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        # {% if transport != "cookie" %}
        *UNUSABLE_BODY,
        # {% endif %}
        errors.TooManyRequests,
    ),
    openapi_extra={"security": SECURITY_SCHEMES},
)
async def logout(
    request: Request,
    # {% if transport != "cookie" %}
    body: bearer.LogoutRequest | None = None,
    # {% endif %}
) -> Response:
    """End the sessions of all tokens that were sent. It can be repeated."""
    auth = get_auth(request)
    # {% if transport == "both" %}
    tokens = bearer.read_tokens(request, body) if auth.settings.accept_header else []
    tokens += cookies.read_tokens(request)
    # {% elif transport == "header" %}
    #| tokens = bearer.read_tokens(request, body)
    # {% else %}
    #| tokens = cookies.read_tokens(request)
    # {% endif %}
    caller: Caller = "anybody" if tokens else "without token"
    client = get_client(request)
    await auth.limits.count("logout", client.ip, caller)
    for token in tokens:
        await auth.service.logout(token, client)
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    # {% if transport != "header" %}
    if cookies.were_used(request):
        cookies.clear_tokens(response, auth.settings)
    # {% endif %}
    return response


# {% endcall %}
