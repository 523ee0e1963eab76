# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The router of all authentication routes, with the lifespan that they need."""

from collections.abc import Callable
from typing import Unpack

from fastapi import APIRouter

from app.auth.ext.database import OpenSession, Reader
from app.auth.ext.models import AuthModels, UserMixin
from app.auth.ext.storage import sqlalchemy_storage
from app.auth.fastapi import (
    accounts,
    login,
    sessions,
    # {% if transport != "cookie" %}
    token_endpoint,
    # {% endif %}
)
from app.auth.fastapi.state import auth_lifespan
from app.auth.key_ring import check_signer
from app.auth.mail import account_routes, pages
from app.auth.mail import routes as mail_routes
from app.auth.settings import AuthSettings
from app.auth.totp import (
    # {% if "totp" in features %}
    routes as totp_routes,
    # {% endif %}
)
from app.auth.wiring import Auth, Parts, build_auth


def build_auth_router_async(
    *,
    settings: AuthSettings,
    get_session: OpenSession,
    reader: Reader,
    user_model: type[UserMixin],
    models: AuthModels,
    **parts: Unpack[Parts],
) -> APIRouter:
    """Return a router with all authentication routes. Include it under `/auth`.

    - `get_session` returns a context manager that opens a session.
    - `reader` is an engine in autocommit mode.
    - `parts` replace defaults, as Parts describes them.

    Each start of the application builds `app.state.auth`, which CurrentUser uses on any route.
    """
    check_signer(settings, parts.get("signer"))

    def build() -> Auth:
        storage = sqlalchemy_storage(get_session, reader, user_model, models)
        return build_auth(settings, storage, **parts)

    return build_router(
        build,
        link_pages=settings.link_pages,
        # {% if transport == "both" %}
        accept_header=settings.accept_header,
        # {% endif %}
    )


def build_router(
    build: Callable[[], Auth],
    *,
    link_pages: bool = True,
    # {% if transport == "both" %}
    accept_header: bool = True,
    # {% endif %}
) -> APIRouter:
    """Return the same router for any storage. Each start of the application calls `build`."""
    # These routes are not nested, because FastAPI takes longer to find one in a nested router, and
    # `/me` gets the most requests.
    router = APIRouter(routes=accounts.router.routes, lifespan=auth_lifespan(build))
    router.include_router(login.router)
    # {% if transport == "both" %}
    if accept_header:
        router.include_router(token_endpoint.router)
    # {% elif transport == "header" %}
    #| router.include_router(token_endpoint.router)
    # {% endif %}
    router.include_router(sessions.router)
    router.include_router(account_routes.router)
    router.include_router(mail_routes.router)
    # {% if "totp" in features %}
    router.include_router(totp_routes.router)
    # {% endif %}
    if link_pages:
        router.include_router(pages.router)
    return router


# {% endcall %}
