# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Application factory."""

from typing import TYPE_CHECKING, NoReturn, Unpack

from fastapi import FastAPI

from app.auth.fastapi import jwks
from app.auth.fastapi.errors import install_error_handlers
from app.auth.fastapi.openapi import complete_openapi, operation_id
from app.auth.fastapi.routers import build_auth_router_async
from app.auth.mail import mailbox
from app.auth.settings import PREFIX
from app.auth.wiring import Parts
from app.database import Database
from app.docs import install_docs
from app.lifespan import lifespan
from app.mailing import build_mailing
from app.middleware import install_middleware
from app.models import AUTH_MODELS, User
from app.routes import health, notes, start
from app.settings import Settings


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    **parts: Unpack[Parts],
) -> FastAPI:
    """Return an application that is ready to start. Tests replace some of its parts.

    The part `event_sink` receives events instead of the log. `after_register` is called with each
    new user after the account is stored, for example to send a welcome mail.
    """
    database = database or Database(settings.database)
    parts["mailing"] = parts.get("mailing") or build_mailing(settings)
    app = FastAPI(
        title=settings.app_name,
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
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
            models=AUTH_MODELS,
            **parts,
        ),
        prefix=PREFIX,
        tags=["auth"],
    )
    complete_openapi(app, settings.auth)
    if settings.auth.is_asymmetric:
        app.include_router(jwks.router)
    if settings.environment == "development":
        app.include_router(mailbox.router)
        app.include_router(start.router)
    app.include_router(health.router)
    app.include_router(notes.router)
    if settings.docs:
        install_docs(app)
    return app


if not TYPE_CHECKING:  # with it, type checkers would accept any name

    def __getattr__(name: str) -> NoReturn:
        if name == "app":
            raise SystemExit("The application is app.asgi:app. This module only has create_app.")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# {% endcall %}
