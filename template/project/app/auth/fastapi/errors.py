# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""HTTP responses for errors, defined in one place."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket, status
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field, create_model
from starlette.exceptions import HTTPException as FrameworkRefusal
from starlette.websockets import WebSocketClose, WebSocketState

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
from app.auth.tokens import (
    # {% if "totp" in features %}
    CHALLENGE_LIFETIME,
    # {% endif %}
)
from app.auth.totp.schemas import (
    # {% if "totp" in features %}
    SecondFactorChallenge,
    SecondFactorResponse,
    # {% endif %}
)

STATUS: dict[type[errors.AuthError], int] = {
    # {% if "totp" in features %}
    errors.SecondFactorAsked: 202,
    # {% endif %}
    errors.UnreadableBody: 400,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.WrongPassword: 403,
    errors.RecentLoginRequired: 403,
    errors.EmailUnverified: 403,
    # {% if "totp" in features %}
    errors.SecondFactorRequired: 403,
    errors.WrongCode: 403,
    # {% endif %}
    # {% if transport != "header" %}
    errors.CrossSiteRequest: 403,
    # {% endif %}
    errors.RegistrationClosed: 403,
    errors.NotFound: 404,
    errors.SessionNotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.EmailTaken: 409,
    errors.UsernameTaken: 409,
    errors.LastSuperuser: 409,
    # {% if "totp" in features %}
    errors.AlreadyEnabled: 409,
    # {% endif %}
    errors.AccountConflict: 409,
    errors.BodyTooLarge: 413,
    errors.InvalidField: 422,
    errors.LoginThrottled: 429,
    errors.MailThrottled: 429,
    errors.TooManyRequests: 429,
    errors.HeadersTooLarge: 431,
    errors.Unavailable: 503,
}

# Errors that the framework raises itself, before or instead of a route.
FRAMEWORK_ERRORS: dict[int, type[errors.AuthError]] = {
    STATUS[kind]: kind
    for kind in (
        errors.UnreadableBody,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.BodyTooLarge,
    )
}


def get_status(error: type[errors.AuthError]) -> int:
    """Return the status of an error, or of its nearest base class that has one."""
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


# Errors of a route that reads a body, before it runs.
UNUSABLE_BODY = (errors.UnreadableBody, errors.BodyTooLarge, errors.InvalidField)
# Errors of a route that needs a user: for reads, and for changes.
# {% if "totp" in features %}
UNAUTHENTICATED = (
    errors.Unauthenticated,
    errors.InvalidToken,
    errors.SessionEnded,
    errors.SecondFactorRequired,
)
# {% else %}
#| UNAUTHENTICATED = (errors.Unauthenticated, errors.InvalidToken, errors.SessionEnded)
# {% endif %}
CREDENTIAL_REFUSED = [
    *UNAUTHENTICATED,
    # {% if transport != "header" %}
    errors.CrossSiteRequest,
    # {% endif %}
]


# Errors of a route that checks the password of the user who is signed in, and of one that needs a
# recent login of users without a password.
PASSWORD_REFUSED = (
    *CREDENTIAL_REFUSED,
    errors.WrongPassword,
    *UNUSABLE_BODY,
    errors.LoginThrottled,
    errors.TooManyRequests,
    errors.HashingSaturated,
)
OWNER_REFUSED = (*PASSWORD_REFUSED, errors.RecentLoginRequired)


def refusals(*kinds: type[errors.AuthError]) -> dict[int | str, dict[str, Any]]:
    """Document the errors of a route for OpenAPI: the codes of each status."""
    codes: dict[int, list[str]] = {}
    all_kinds: tuple[type[errors.AuthError], ...] = (*kinds, errors.StorageUnavailable)
    for kind in all_kinds:
        codes.setdefault(get_status(kind), []).append(kind.code)
    return {status: _documented(status, *dict.fromkeys(codes[status])) for status in codes}


def _documented(status: int, *codes: str) -> dict[str, Any]:
    # {% if "totp" in features %}
    if status == 202:
        return {"model": SecondFactorResponse, "description": "A second factor is asked for."}
    # {% endif %}
    model = schemas.ValidationErrorResponse if status == 422 else _model_of(*codes)
    return {"model": model, "description": ", ".join(f"`{code}`" for code in codes)}


@cache
def _model_of(*codes: str) -> type[schemas.ErrorResponse]:
    """Return the model of an error with one of these codes, so that clients can tell them apart."""
    name = "Or".join(code.title().replace("_", "") for code in codes)
    code = Annotated[str, Field(json_schema_extra={"enum": list(codes)})]
    detail = create_model(f"{name}Detail", __base__=schemas.ErrorDetail, code=(code, ...))
    return create_model(f"{name}Error", __base__=schemas.ErrorResponse, detail=(detail, ...))


def error_response(
    kind: type[errors.AuthError], headers: Mapping[str, str] | None = None
) -> Response:
    """Return the response to an error, in the form that all errors have."""
    detail = {"code": kind.code, "message": kind.message}
    return JSONResponse({"detail": detail}, get_status(kind), headers)


def install_error_handlers(app: FastAPI) -> None:
    """Handle authentication errors, and validation errors without repeating the input.

    Errors of the framework get the same form: it raises Starlette's HTTPException. Your own
    `fastapi.HTTPException` is handled as FastAPI documents it.
    """
    app.exception_handler(errors.AuthError)(_refuse)
    app.exception_handler(FrameworkRefusal)(_refuse_as_framework)
    app.exception_handler(HTTPException)(http_exception_handler)
    app.exception_handler(RequestValidationError)(_refuse_invalid)


async def _refuse(
    connection: Request | WebSocket, error: errors.AuthError
) -> Response | WebSocketClose:
    if isinstance(connection, WebSocket) and not _takes_response(connection):
        # Servers turn this into a 403 if the handshake is not accepted yet.
        return WebSocketClose(status.WS_1008_POLICY_VIOLATION, error.code)
    if isinstance(error, errors.InvalidField):
        return _invalid([{"type": error.code, "loc": ["body", error.field], "msg": error.reason}])
    # {% if "totp" in features %}
    if isinstance(error, errors.SecondFactorAsked):
        return _ask_for_second_factor(error)
    # {% endif %}
    response = error_response(type(error), _headers(error))
    # {% if transport != "header" %}
    if isinstance(error, errors.SessionEnded) and cookies.were_used(connection):
        cookies.clear_tokens(response, state.get_auth(connection).settings)
    # {% endif %}
    return response


# {% if "totp" in features %}
def _ask_for_second_factor(asked: errors.SecondFactorAsked) -> Response:
    """Return the response to a login that is not finished, without a session (SEC-123)."""
    expires_in = int(CHALLENGE_LIFETIME.total_seconds())
    challenge = SecondFactorChallenge(token=asked.token, expires_in=expires_in)
    body = SecondFactorResponse(second_factor=challenge)
    return JSONResponse(body.model_dump(mode="json"), get_status(type(asked)))


# {% endif %}
def _takes_response(websocket: WebSocket) -> bool:
    """Return whether the handshake can still get an HTTP response."""
    is_supported = "websocket.http.response" in websocket.scope.get("extensions", {})
    return is_supported and websocket.application_state is WebSocketState.CONNECTING


async def _refuse_as_framework(_: Request, refusal: FrameworkRefusal) -> Response:
    kind = FRAMEWORK_ERRORS.get(refusal.status_code)
    if kind is None:
        return JSONResponse({"detail": refusal.detail}, refusal.status_code, refusal.headers)
    return error_response(kind, refusal.headers)


async def _refuse_invalid(request: Request, error: RequestValidationError) -> Response:
    problems = [{key: item[key] for key in ("type", "loc", "msg")} for item in error.errors()]
    if "json" not in request.headers.get("content-type", ""):
        for problem in problems:
            if problem["loc"] == ("body",):  # the whole body, which is a form or text
                problem["msg"] = _send_json(request)
    return _invalid(problems)


def _send_json(request: Request) -> str:
    advice = "Send JSON with Content-Type: application/json."
    # {% if transport != "cookie" %}
    path = request.url.path
    if path.endswith("/login"):
        advice += f" OAuth2 clients send their form to {path.removesuffix('login')}token."
    # {% endif %}
    return advice


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
