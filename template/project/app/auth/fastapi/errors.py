# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The one place where refusals become HTTP responses."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.auth import errors
from app.auth.fastapi import (
    # {% if transport != "header" %}
    cookies,
    # {% endif %}
    schemas,
    # {% if transport != "header" %}
    state,
    # {% endif %}
)

STATUS: dict[type[errors.AuthError], int] = {
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.WrongPassword: 403,
    # {% if transport != "header" %}
    errors.CrossSiteRequest: 403,
    # {% endif %}
    errors.RegistrationClosed: 403,
    errors.SessionNotFound: 404,
    errors.EmailTaken: 409,
    errors.UsernameTaken: 409,
    errors.InvalidField: 422,
    errors.LoginThrottled: 429,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}


def status_of(error: type[errors.AuthError]) -> int:
    """Return the status of an error: its own or that of the nearest class above it."""
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


# What a route that needs a user may answer: to a read, and to a change.
UNAUTHENTICATED = (errors.Unauthenticated, errors.InvalidToken, errors.SessionEnded)
CREDENTIAL_REFUSED = [
    *UNAUTHENTICATED,
    # {% if transport != "header" %}
    errors.CrossSiteRequest,
    # {% endif %}
]


def refusals(*kinds: type[errors.AuthError]) -> dict[int | str, dict[str, Any]]:
    """Document the errors of a route for OpenAPI: the codes of each status."""
    documented: dict[int | str, dict[str, Any]] = {}
    all_kinds: tuple[type[errors.AuthError], ...] = (*kinds, errors.StorageUnavailable)
    for kind in all_kinds:
        status = status_of(kind)
        known = documented.get(status)
        model = schemas.ErrorResponse if status != 422 else schemas.ValidationErrorResponse
        codes = f"{known['description']}, `{kind.code}`" if known else f"`{kind.code}`"
        documented[status] = {"model": model, "description": codes}
    return documented


def install_error_handlers(app: FastAPI) -> None:
    """Answer the kit's errors, and validation errors without what was submitted."""
    app.exception_handler(errors.AuthError)(_refuse)
    app.exception_handler(RequestValidationError)(_refuse_invalid)


async def _refuse(request: Request, error: errors.AuthError) -> Response:
    if isinstance(error, errors.InvalidField):
        return _invalid([{"type": error.code, "loc": ["body", error.field], "msg": error.reason}])
    response = JSONResponse(
        {"detail": {"code": error.code, "message": error.message}},
        status_of(type(error)),
        headers=_headers(error),
    )
    # {% if transport != "header" %}
    if isinstance(error, errors.SessionEnded) and cookies.were_used(request):
        cookies.clear_tokens(response, state.components_of(request).settings)
    # {% endif %}
    return response


async def _refuse_invalid(_: Request, error: RequestValidationError) -> Response:
    return _invalid([{key: item[key] for key in ("type", "loc", "msg")} for item in error.errors()])


def _invalid(problems: Sequence[dict[str, Any]]) -> Response:
    return JSONResponse({"detail": problems}, 422)


def _headers(error: errors.AuthError) -> dict[str, str]:
    if isinstance(error, errors.InvalidToken):
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}  # RFC 6750, section 3
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.TryLater):
        return {"Retry-After": str(error.retry_after)}
    return {}


# {% endcall %}
