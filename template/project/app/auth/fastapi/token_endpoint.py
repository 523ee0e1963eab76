# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The token endpoint of RFC 6749, for Swagger's Authorize dialog and standard OAuth2 clients."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.auth import errors
from app.auth.address_limits import Caller
from app.auth.fastapi import bearer, schemas
from app.auth.fastapi.dependencies import deliver_afterwards, has_repeated_parameter
from app.auth.fastapi.errors import get_status
from app.auth.fastapi.state import get_auth, get_client
from app.auth.request_context import current_request
from app.auth.tokens import TokenPair

router = APIRouter()


class TokenRequest(BaseModel):
    """`grant_type=password` takes a username or e-mail, `grant_type=refresh_token` a token."""

    grant_type: str | None = None
    username: str | None = None
    password: schemas.Password | None = None
    refresh_token: str | None = Field(default=None, repr=False)
    device_token: str | None = Field(default=None, repr=False)


class OAuthError(BaseModel):
    """RFC 6749, section 5.2."""

    error: str
    error_description: str


class UnusableGrant(Exception):
    """The grant type is unknown, or one of its parameters is missing."""


@router.post(
    "/token",
    response_model=bearer.TokenResponse,
    responses={
        400: {
            "model": OAuthError | schemas.ErrorResponse,
            "description": "The grant is rejected, or the body cannot be read",
        },
        413: {"model": schemas.ErrorResponse, "description": "The body is too large"},
        422: {"model": schemas.ValidationErrorResponse, "description": "A field is not text"},
        429: {"model": OAuthError, "description": "Too many attempts"},
        503: {"model": OAuthError, "description": "Try again shortly"},
    },
    dependencies=[Depends(deliver_afterwards)],
)
async def token(
    form: Annotated[TokenRequest, Form()],
    is_ambiguous: Annotated[bool, Depends(has_repeated_parameter)],
    request: Request,
) -> Response:
    """Issue tokens to an OAuth2 client."""
    if is_ambiguous:
        return _refuse(400, "invalid_request", "A parameter is repeated.")  # RFC 6749, 3.2
    try:
        pair = await _grant(form, request)
    except (errors.InvalidCredentials, errors.InvalidToken, errors.EmailUnverified) as error:
        return _refuse(400, "invalid_grant", error.message)
    # {% if "totp" in features %}
    except errors.SecondFactorAsked as error:
        return _refuse(400, "invalid_grant", error.message)
    # {% endif %}
    except errors.TryLater as error:
        headers = {"Retry-After": str(error.retry_after)}
        status = get_status(type(error))
        return _refuse(status, "temporarily_unavailable", error.message, headers)
    except UnusableGrant as error:
        return _refuse(400, str(error), "The grant type or a parameter is not valid.")
    return bearer.tokens_in_body(pair)


async def _grant(form: TokenRequest, request: Request) -> TokenPair:
    auth = get_auth(request)
    ip = current_request.get().ip
    if form.grant_type == "password" and form.username and form.password:
        await auth.limits.count("login", ip, _get_caller(request))
        return await auth.service.login(
            username_or_email=form.username,
            password=form.password.get_secret_value(),
            client=get_client(request),
            device_token=form.device_token,
        )
    if form.grant_type == "refresh_token" and form.refresh_token:
        await auth.limits.count("refresh", ip, _get_caller(request))
        return await auth.service.refresh(form.refresh_token, get_client(request))
    known = form.grant_type in (None, "password", "refresh_token")
    raise UnusableGrant("invalid_request" if known else "unsupported_grant_type")


def _get_caller(request: Request) -> Caller:
    # A page of any site can send a form. Its requests are counted apart from those of others.
    origin, own = request.headers.get("origin"), f"://{request.headers.get('host')}"
    return "anybody" if origin is None or origin.endswith(own) else "foreign page"


def _refuse(
    status: int,
    error: str,
    description: str,
    headers: dict[str, str] | None = None,
) -> Response:
    body = OAuthError(error=error, error_description=description)
    return JSONResponse(body.model_dump(), status, headers)


# {% endcall %}
