# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The two cookies: out of reach of scripts, of other hosts and of plain HTTP (ASVS 3.3)."""

from fastapi import Request, Response, status

from app.auth.errors import Unauthenticated
from app.auth.extractors import read_refresh_cookie
from app.auth.fastapi.csrf import refuse_cross_site
from app.auth.settings import AuthSettings
from app.auth.tokens import TokenPair


def tokens_in_cookies(pair: TokenPair, settings: AuthSettings) -> Response:
    """Answer with cookies alone: scripts on the page never see these tokens."""
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    set_tokens(response, pair, settings)
    return response


def set_tokens(response: Response, pair: TokenPair, settings: AuthSettings) -> None:
    """Store both tokens in the browser for as long as they live, or as the settings say."""
    # {% if transport == "both" %}
    if not settings.accept_cookie:
        return
    # {% endif %}
    max_age_access = settings.cookie_max_age_access or pair.expires_in
    max_age_refresh = settings.cookie_max_age_refresh or pair.refresh_expires_in
    _set(response, settings.access_cookie, pair.access_token, max_age_access, settings)
    _set(response, settings.refresh_cookie, pair.refresh_token, max_age_refresh, settings)


def clear_tokens(response: Response, settings: AuthSettings) -> None:
    """Delete both cookies with the attributes they were set with, or browsers keep them."""
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


def count_as_credential(request: Request) -> None:
    """Let a cookie speak for the user in this request. Raise CrossSiteRequest."""
    refuse_cross_site(request)
    request.state.authenticated_by_cookie = True


def were_used(request: Request) -> bool:
    """Tell whether a cookie was the credential, so that a dead one can be cleared."""
    return getattr(request.state, "authenticated_by_cookie", False)


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
