# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The one place where refusals become HTTP responses."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as FrameworkRefusal

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
    errors.UnreadableBody: 400,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.WrongPassword: 403,
    # {% if transport != "header" %}
    errors.CrossSiteRequest: 403,
    # {% endif %}
    errors.RegistrationClosed: 403,
    errors.NotFound: 404,
    errors.SessionNotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.EmailTaken: 409,
    errors.UsernameTaken: 409,
    errors.BodyTooLarge: 413,
    errors.InvalidField: 422,
    errors.LoginThrottled: 429,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}

# What the framework refuses by itself, before or instead of a route.
OF_FRAMEWORK: dict[int, type[errors.AuthError]] = {
    STATUS[kind]: kind
    for kind in (
        errors.UnreadableBody,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.BodyTooLarge,
    )
}


def status_of(error: type[errors.AuthError]) -> int:
    """Return the status of an error: its own or that of the nearest class above it."""
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


# What a route that reads a body may answer before it runs.
UNUSABLE_BODY = (errors.UnreadableBody, errors.BodyTooLarge, errors.InvalidField)
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


def answer(kind: type[errors.AuthError], headers: Mapping[str, str] | None = None) -> Response:
    """Return the response to an error, in the one form that all of them have."""
    detail = {"code": kind.code, "message": kind.message}
    return JSONResponse({"detail": detail}, status_of(kind), headers)


def install_error_handlers(app: FastAPI) -> None:
    """Answer the kit's errors, and validation errors without what was submitted.

    What the framework raises itself gets the same form. It raises Starlette's HTTPException; a
    `fastapi.HTTPException` is yours, and goes out as FastAPI documents it.
    """
    app.exception_handler(errors.AuthError)(_refuse)
    app.exception_handler(FrameworkRefusal)(_refuse_as_framework)
    app.exception_handler(HTTPException)(http_exception_handler)
    app.exception_handler(RequestValidationError)(_refuse_invalid)


async def _refuse(request: Request, error: errors.AuthError) -> Response:
    if isinstance(error, errors.InvalidField):
        return _invalid([{"type": error.code, "loc": ["body", error.field], "msg": error.reason}])
    response = answer(type(error), _headers(error))
    # {% if transport != "header" %}
    if isinstance(error, errors.SessionEnded) and cookies.were_used(request):
        cookies.clear_tokens(response, state.components_of(request).settings)
    # {% endif %}
    return response


async def _refuse_as_framework(_: Request, refusal: FrameworkRefusal) -> Response:
    kind = OF_FRAMEWORK.get(refusal.status_code)
    if kind is None:
        return JSONResponse({"detail": refusal.detail}, refusal.status_code, refusal.headers)
    return answer(kind, refusal.headers)


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
