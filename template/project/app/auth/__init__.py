# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Authentication with JWT access tokens and rotating refresh tokens. This package is yours."""

from app.auth.clock import Clock, utc_now
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.fastapi.bodies import BodyLimit
from app.auth.fastapi.errors import install_error_handlers
from app.auth.fastapi.failures import UnexpectedErrors
from app.auth.fastapi.guards import current_staff, current_superuser, current_user
from app.auth.fastapi.headers import SecurityHeaders
from app.auth.fastapi.jwks import router as jwks_router
from app.auth.fastapi.requests import RequestContexts
from app.auth.fastapi.routers import build_auth_router_async
from app.auth.hashing import PasswordContext
from app.auth.key_ring import Signer
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings

__all__ = [
    "AsyncAuthService",
    "AuthSessionMixin",
    "AuthSettings",
    "BodyLimit",
    "Clock",
    "PasswordContext",
    "RequestContexts",
    "SecurityHeaders",
    "Signer",
    "UnexpectedErrors",
    "UserMixin",
    "build_auth_router_async",
    "current_staff",
    "current_superuser",
    "current_user",
    "install_error_handlers",
    "jwks_router",
    "utc_now",
]
# {% endcall %}
