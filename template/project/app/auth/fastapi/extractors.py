# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Token extraction from requests. A malformed credential is an error, not a missing one."""

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
from app.auth.fastapi.state import (
    # {% if transport != "header" %}
    get_auth,
    # {% endif %}
)

# {% if transport != "cookie" %}


def read_bearer(request: HTTPConnection) -> str | None:
    """Return the token of the Authorization header, or None if there is no such header.

    Raise InvalidToken for several headers, another scheme or an empty token (RFC 6750, 2.1).
    """
    # {% if transport == "both" %}
    if not get_auth(request).settings.accept_header:
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
    """The access token of an API client, as Swagger's Authorize dialog expects it."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return read_bearer(request)


bearer_token = BearerToken(
    tokenUrl="token",  # relative to the router's prefix: see openapi.py
    scheme_name="Bearer",
    description="`Authorization: Bearer` and the access token",
)
# {% endif %}
# {% if transport != "header" %}


def read_access_cookie(request: HTTPConnection) -> str | None:
    """Return the access token that a browser sent. Raise InvalidToken."""
    return _read_cookie(request, get_auth(request).settings.access_cookie)


def read_refresh_cookie(request: HTTPConnection) -> str | None:
    """Return the refresh token that a browser sent. Raise InvalidToken."""
    return _read_cookie(request, get_auth(request).settings.refresh_cookie)


def read_device_cookie(request: HTTPConnection) -> str | None:
    """Return the device token that a browser sent. A malformed cookie counts as none."""
    try:
        return _read_cookie(request, get_auth(request).settings.device_cookie)
    except InvalidToken:
        return None


class CookieToken(APIKeyCookie):
    """The access token of a browser, as a security scheme of the OpenAPI page."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return read_access_cookie(request)


cookie_token = CookieToken(
    name="access_token",
    scheme_name="Cookie",
    description="Set at login; over HTTPS its name begins with `__Host-`",
)


def _read_cookie(request: HTTPConnection, name: str) -> str | None:
    # {% if transport == "both" %}
    if not get_auth(request).settings.accept_cookie:
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
    # A sibling domain can set a second cookie, or one whose name matches ours only after stripping
    # bytes that Python treats as white space. Parsers of frameworks would prefer it (SEC-67).
    if len(found) > 1 or found[0][0].strip(" ") != name:
        raise InvalidToken
    return found[0][1].strip(" ")


# {% endif %}
# {% endcall %}
