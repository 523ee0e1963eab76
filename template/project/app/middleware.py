# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What every request passes on its way to a route, and every answer on its way back."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.auth import BodyLimit, RequestContexts, SecurityHeaders, UnexpectedErrors
from app.proxies import install_proxies
from app.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
READABLE_HEADERS = ("Retry-After", "WWW-Authenticate", "X-Request-ID")


def install_middleware(app: FastAPI, settings: Settings) -> None:
    """Add what wraps the routes: the last one sees a request first and its answer last."""
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(UnexpectedErrors)
    if settings.cors_origins:
        # Outside of what makes errors, so that a page may read those too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            # {% if transport != "cookie" %}
            allow_headers=["Authorization"],
            # {% endif %}
            # {% if transport == "both" %}
            allow_credentials=settings.auth.accept_cookie,
            # {% elif transport == "cookie" %}
            #| allow_credentials=True,
            # {% endif %}
            expose_headers=READABLE_HEADERS,
        )
    app.add_middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds)
    app.add_middleware(RequestContexts)
    install_proxies(app, settings.trusted_proxies)


# {% endcall %}
