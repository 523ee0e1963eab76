# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Rejection of cross-site requests: OWASP's Fetch Metadata and Origin checks."""

import re

from fastapi.requests import HTTPConnection

from app.auth.errors import CrossSiteRequest
from app.auth.events import EventName
from app.auth.fastapi.state import get_auth
from app.auth.setting_types import EXACT_ORIGIN
from app.auth.settings import AuthSettings

EXACT_HOST = re.compile(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def refuse_cross_site(connection: HTTPConnection) -> None:
    """Raise CrossSiteRequest if another site caused a change or opened a WebSocket.

    A request with none of these headers does not come from a browser, so it carries nobody's
    cookies.
    """
    auth = get_auth(connection)
    settings = auth.settings
    # {% if transport == "both" %}
    if not settings.accept_cookie:
        return
    # {% endif %}
    # The same-origin policy does not cover WebSockets, so a handshake is not a safe GET.
    if connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is None and origin is None:
        referrer = connection.headers.get("referer")
        if referrer is None:
            return
        origin = "/".join(referrer.split("/")[:3])
    if site in ("same-origin", "none"):
        return
    host = connection.headers.get("host")
    if origin not in (*_own_origins(host, settings), *settings.trusted_origins):
        reason = _reason(host, origin)
        auth.tools.events.record(EventName.CROSS_SITE_REQUEST, reason=reason)
        raise CrossSiteRequest


def _reason(host: str | None, origin: str | None) -> str:
    """Say which origin would have to be trusted. Other text from a client is not logged."""
    if origin and EXACT_ORIGIN.fullmatch(origin) and host and EXACT_HOST.fullmatch(host):
        return f"{origin} is neither the host {host} nor in AUTH_TRUSTED_ORIGINS"
    return "the origin is not valid"


def _own_origins(host: str | None, settings: AuthSettings) -> list[str]:
    schemes = ["https"] if settings.cookie_secure else ["http", "https"]
    return [f"{scheme}://{host}" for scheme in schemes] if host else []


# {% endcall %}
