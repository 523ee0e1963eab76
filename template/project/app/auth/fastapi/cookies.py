# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The two cookies, inaccessible to scripts, other hosts and plain HTTP (ASVS 3.3)."""

from fastapi import Request, Response, status
from fastapi.requests import HTTPConnection

from app.auth.errors import InvalidToken, Unauthenticated
from app.auth.fastapi.csrf import refuse_cross_site
from app.auth.fastapi.extractors import read_access_cookie, read_refresh_cookie
from app.auth.settings import AuthSettings
from app.auth.tokens import DEVICE_LIFETIME, TokenPair

# {% if transport == "both" %}
# The other response of a route, documented for clients that keep tokens only in cookies.
OR_COOKIES = {"responses": {"204": {"description": "Both tokens are in cookies."}}}
# {% endif %}


def tokens_in_cookies(pair: TokenPair, settings: AuthSettings) -> Response:
    """Respond with cookies only: scripts on the page never see these tokens."""
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    set_tokens(response, pair, settings)
    return response


def set_tokens(response: Response, pair: TokenPair, settings: AuthSettings) -> None:
    """Store the tokens in the browser for their lifetimes, or as long as the settings say."""
    # {% if transport == "both" %}
    if not settings.accept_cookie:
        return
    # {% endif %}
    max_age_access = settings.cookie_max_age_access or pair.expires_in
    max_age_refresh = settings.cookie_max_age_refresh or pair.refresh_expires_in
    _set(response, settings.access_cookie, pair.access_token, max_age_access, settings)
    _set(response, settings.refresh_cookie, pair.refresh_token, max_age_refresh, settings)
    if pair.device_token is not None:
        max_age_device = int(DEVICE_LIFETIME.total_seconds())
        _set(response, settings.device_cookie, pair.device_token, max_age_device, settings)


def clear_tokens(response: Response, settings: AuthSettings) -> None:
    """Delete both cookies with the attributes that they were set with, or browsers keep them.

    The cookie with the device token stays: the next login of the browser needs it.
    """
    # {% if transport == "both" %}
    if not settings.accept_cookie:
        return
    # {% endif %}
    _set(response, settings.access_cookie, "", 0, settings)
    _set(response, settings.refresh_cookie, "", 0, settings)


def require_refresh_token(request: Request) -> str:
    """Return the refresh token of the cookie. Raise Unauthenticated, CrossSiteRequest."""
    token = read_refresh_cookie(request)
    if token is None:
        raise Unauthenticated
    count_as_credential(request)
    return token


def read_tokens(request: Request) -> list[str]:
    """Return what both cookies hold, empty if it is malformed. Raise CrossSiteRequest."""
    tokens: list[str] = []
    for read in (read_refresh_cookie, read_access_cookie):
        try:
            token = read(request)
        except InvalidToken:
            token = ""
        if token is not None:
            tokens.append(token)
    if tokens:
        count_as_credential(request)
    return tokens


def count_as_credential(connection: HTTPConnection) -> None:
    """Accept a cookie as the credential of this request. Raise CrossSiteRequest."""
    refuse_cross_site(connection)
    connection.state.authenticated_by_cookie = True


def were_used(connection: HTTPConnection) -> bool:
    """Return whether a cookie was the credential, so that an ended one can be cleared."""
    return getattr(connection.state, "authenticated_by_cookie", False)


def _set(response: Response, name: str, value: str, max_age: int, settings: AuthSettings) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=settings.cookie_secure,
        httponly=True,
        samesite=settings.cookie_samesite,
    )


# {% endcall %}
