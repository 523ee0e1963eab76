# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The routes that begin, prolong and end a session."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response, status
from fastapi.requests import HTTPConnection

from app.auth import errors
from app.auth.context import current_request
from app.auth.extractors import (
    # {% if transport != "header" %}
    read_access_cookie,
    # {% endif %}
    # {% if transport != "cookie" %}
    read_bearer,
    # {% endif %}
    # {% if transport != "header" %}
    read_refresh_cookie,
    # {% endif %}
)
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
from app.auth.fastapi.dependencies import SECURITY_SCHEMES
from app.auth.fastapi.errors import UNUSABLE_BODY, refusals
from app.auth.fastapi.state import components_of
from app.auth.opening import Client

USER_AGENT_LENGTH = 255  # characters kept of what a client says it is
# {% if transport == "both" %}
# The other answer of a route, for clients that keep tokens in cookies only.
OR_COOKIES = {"responses": {"204": {"description": "Both tokens are in cookies."}}}
# {% endif %}

router = APIRouter()


@router.post(
    "/login",
    # {% if transport == "cookie" %}
    #| status_code=status.HTTP_204_NO_CONTENT,
    # {% else %}
    response_model=bearer.TokenResponse,
    # {% endif %}
    responses=refusals(
        # {% if transport != "header" %}
        errors.CrossSiteRequest,
        # {% endif %}
        errors.InvalidCredentials,
        *UNUSABLE_BODY,
        errors.LoginThrottled,
        errors.TooManyRequests,
        errors.HashingSaturated,
    ),
    # {% if transport == "both" %}
    openapi_extra=OR_COOKIES,
    # {% endif %}
)
async def login(body: schemas.LoginRequest, request: Request) -> Response:
    """Open a session with a username or an e-mail, and a password."""
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    # {% endif %}
    auth = components_of(request)
    await auth.limits.count("login", current_request.get().ip)
    pair = await auth.service.login(
        username_or_email=body.username_or_email,
        password=body.password.get_secret_value(),
        client=client_of(request),
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
    openapi_extra=OR_COOKIES,
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
    """Exchange a refresh token for its successor; each counts once."""
    auth = components_of(request)
    await auth.limits.count("refresh", current_request.get().ip)
    # {% if transport == "both" %}
    if body is not None:
        pair = await auth.service.refresh(body.refresh_token)
        return bearer.tokens_in_body(pair)
    # {% elif transport == "header" %}
    #| pair = await auth.service.refresh(body.refresh_token)
    #| return bearer.tokens_in_body(pair)
    # {% endif %}
    # {% if transport != "header" %}
    pair = await auth.service.refresh(cookies.require_refresh_token(request))
    return cookies.tokens_in_cookies(pair, auth.settings)
    # {% endif %}


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    # {% if transport != "header" %}
    responses=refusals(errors.CrossSiteRequest),
    # {% else %}
    #| responses=refusals(),
    # {% endif %}
    openapi_extra={"security": SECURITY_SCHEMES},
)
async def logout(request: Request) -> Response:
    """End the session of the token that was sent, even an expired one. Saying it twice is fine."""
    auth = components_of(request)
    for token in _tokens_sent(request):
        await auth.service.logout(token)
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    # {% if transport != "header" %}
    cookies.clear_tokens(response, auth.settings)
    # {% endif %}
    return response


def client_of(request: Request) -> Client:
    """Return where a request comes from, as far as a session remembers it."""
    user_agent = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return Client(ip=current_request.get().ip, user_agent=user_agent or None)


def _tokens_sent(request: Request) -> list[str]:
    # {% if transport == "both" %}
    bearer = _well_formed(read_bearer, request)
    if bearer is not None:
        return [bearer]
    # {% elif transport == "header" %}
    #| bearer = _well_formed(read_bearer, request)
    #| return [] if bearer is None else [bearer]
    # {% endif %}
    # {% if transport != "header" %}
    csrf.refuse_cross_site(request)
    sent = (_well_formed(read, request) for read in (read_access_cookie, read_refresh_cookie))
    return [token for token in sent if token is not None]
    # {% endif %}


def _well_formed(read: Callable[[HTTPConnection], str | None], request: Request) -> str | None:
    """Return a token, or None where there is nothing to end: logging out never fails."""
    try:
        return read(request)
    except errors.InvalidToken:
        return None


# {% endcall %}
