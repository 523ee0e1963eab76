# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The application, built from its settings."""

from fastapi import FastAPI

from app.auth import (
    Clock,
    PasswordContext,
    Signer,
    build_auth_router_async,
    install_error_handlers,
    jwks_router,
    utc_now,
)
from app.database import Database
from app.lifespan import lifespan
from app.middleware import install_middleware
from app.models import AuthSession, AuthThrottle, User
from app.routes import health, hello
from app.settings import Settings


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    clock: Clock = utc_now,
    password_context: PasswordContext | None = None,
    signer: Signer | None = None,
) -> FastAPI:
    """Return an application that is ready to start; tests bring some of its parts."""
    database = database or Database(settings.database)
    app = FastAPI(
        title=settings.app_name,
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.docs else None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.database = database
    install_middleware(app, settings)
    install_error_handlers(app)
    app.include_router(
        build_auth_router_async(
            settings=settings.auth,
            get_session=database.session,
            reader=database.reader,
            user_model=User,
            session_model=AuthSession,
            throttle_model=AuthThrottle,
            clock=clock,
            password_context=password_context,
            signer=signer,
        ),
        prefix="/auth",
        tags=["auth"],
    )
    if settings.auth.is_asymmetric:
        app.include_router(jwks_router)
    app.include_router(health.router)
    app.include_router(hello.router)
    return app


# {% endcall %}
