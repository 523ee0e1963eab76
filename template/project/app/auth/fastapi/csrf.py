# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Refuse what another site made the browser send (OWASP's Fetch Metadata and Origin checks)."""

from fastapi import Request

from app.auth.errors import CrossSiteRequest
from app.auth.events import EventName
from app.auth.fastapi.state import components_of
from app.auth.settings import AuthSettings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def refuse_cross_site(request: Request) -> None:
    """Raise CrossSiteRequest for a state-changing request that a foreign page has caused.

    A request with neither header does not come from a browser, so nobody's cookies ride on it.
    """
    auth = components_of(request)
    settings = auth.settings
    # {% if transport == "both" %}
    if not settings.accept_cookie:
        return
    # {% endif %}
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site in ("same-origin", "none") or (site is None and origin is None):
        return
    if origin not in (*_own_origins(request, settings), *settings.trusted_origins):
        auth.events.record(EventName.CROSS_SITE_REQUEST, outcome="failure")
        raise CrossSiteRequest


def _own_origins(request: Request, settings: AuthSettings) -> list[str]:
    host = request.headers.get("host", "")
    schemes = ["https"] if settings.cookie_secure else ["http", "https"]
    return [f"{scheme}://{host}" for scheme in schemes]


# {% endcall %}
