# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The middleware around all routes."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.auth.fastapi.middleware import (
    BodyLimit,
    HeaderLimit,
    RequestContexts,
    SecurityHeaders,
    UnexpectedErrors,
)
from app.lifespan import StartFailures
from app.proxies import install_proxies
from app.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
READABLE_HEADERS = ("Retry-After", "WWW-Authenticate", "X-Request-ID")


def install_middleware(app: FastAPI, settings: Settings) -> None:
    """Add the middleware. The last one added is the outermost."""
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(UnexpectedErrors)
    if settings.cors_origins:
        # Outside the error handling, so that pages can read errors too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            # {% if transport == "cookie" %}
            #| allow_headers=settings.cors_headers,
            # {% else %}
            allow_headers=["Authorization", *settings.cors_headers],
            # {% endif %}
            # {% if transport == "both" %}
            allow_credentials=settings.auth.accept_cookie,
            # {% elif transport == "cookie" %}
            #| allow_credentials=True,
            # {% endif %}
            expose_headers=READABLE_HEADERS,
        )
    app.add_middleware(RequestContexts)
    install_proxies(app, settings.trusted_proxies, settings.trusted_hops)
    app.add_middleware(HeaderLimit, max_bytes=settings.max_header_bytes)
    app.add_middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds)
    app.add_middleware(StartFailures)


# {% endcall %}
