# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""From a request to the token that it carries. A malformed credential never counts as none."""

from fastapi.requests import HTTPConnection
from fastapi.security import (
    # {% if transport != "header" %}
    APIKeyCookie,
    # {% endif %}
    # {% if transport != "cookie" %}
    OAuth2PasswordBearer,
    # {% endif %}
)

from app.auth.errors import InvalidToken

# {% if transport != "cookie" %}


def read_bearer(request: HTTPConnection) -> str | None:
    """Return the token of the Authorization header, or None if there is no such header.

    Raise InvalidToken for several headers, another scheme or an empty token (RFC 6750, 2.1).
    """
    # {% if transport == "both" %}
    if not request.app.state.auth.settings.accept_header:
        return None
    # {% endif %}
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token:
        raise InvalidToken
    return token


class BearerToken(OAuth2PasswordBearer):
    """The access token of an API client; Swagger's Authorize dialog knows this scheme."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return read_bearer(request)


bearer_token = BearerToken(
    tokenUrl="auth/token",
    refreshUrl="auth/token",
    scheme_name="Bearer",
    description="`Authorization: Bearer` and the access token",
)
# {% endif %}
# {% if transport != "header" %}


def read_access_cookie(request: HTTPConnection) -> str | None:
    """Return the access token that a browser sent. Raise InvalidToken."""
    return _read_cookie(request, request.app.state.auth.settings.access_cookie)


def read_refresh_cookie(request: HTTPConnection) -> str | None:
    """Return the refresh token that a browser sent. Raise InvalidToken."""
    return _read_cookie(request, request.app.state.auth.settings.refresh_cookie)


class CookieToken(APIKeyCookie):
    """The access token of a browser, as a security scheme of the OpenAPI page."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return read_access_cookie(request)


cookie_token = CookieToken(
    name="access_token",
    scheme_name="Cookie",
    description="Set by `POST /auth/login`; over HTTPS its name begins with `__Host-`",
)


def _read_cookie(request: HTTPConnection, name: str) -> str | None:
    # {% if transport == "both" %}
    if not request.app.state.auth.settings.accept_cookie:
        return None
    # {% endif %}
    pairs = [
        pair.partition("=")
        for header in request.headers.getlist("cookie")
        for pair in header.split(";")
    ]
    found = [(key, value) for key, _, value in pairs if key.strip() == name]
    if not found:
        return None
    # A sibling domain can plant a second cookie, or one whose name is ours only after stripping
    # bytes that Python takes for white space; the parsers of frameworks let it win (SEC-67).
    if len(found) > 1 or found[0][0].strip(" ") != name:
        raise InvalidToken
    return found[0][1].strip(" ")


# {% endif %}
# {% endcall %}
