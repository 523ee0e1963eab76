# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""All authentication routes as one router, which brings what they need to the application."""

from fastapi import APIRouter

from app.auth.clock import Clock, utc_now
from app.auth.events import EventSink
from app.auth.ext.access import OpenSession, Reader
from app.auth.ext.components import Storage, build_components
from app.auth.ext.models import AuthSessionMixin, AuthThrottleMixin, UserMixin
from app.auth.fastapi import (
    accounts,
    login,
    me,
    # {% if transport != "cookie" %}
    oauth2,
    # {% endif %}
    sessions,
)
from app.auth.fastapi.state import lifespan_of
from app.auth.hashing import PasswordContext
from app.auth.key_ring import Signer, check_signer
from app.auth.settings import AuthSettings


def build_auth_router_async(
    *,
    settings: AuthSettings,
    get_session: OpenSession,
    reader: Reader,
    user_model: type[UserMixin],
    session_model: type[AuthSessionMixin],
    throttle_model: type[AuthThrottleMixin],
    clock: Clock = utc_now,
    password_context: PasswordContext | None = None,
    event_sink: EventSink | None = None,
    signer: Signer | None = None,
) -> APIRouter:
    """Return register, login, refresh, logout, me and sessions; include them under `/auth`.

    `get_session` opens a session as a context manager, `reader` is an engine in autocommit.
    Events go to the log `app.auth.events`, or to `event_sink`. Where no file has the private key
    a `signer` does: a KMS.
    The application that includes the router has the components in `app.state.auth` from start
    to stop, where CurrentUser finds them on any route.
    """
    check_signer(settings, signer)
    storage = Storage(
        get_session=get_session,
        reader=reader,
        user_model=user_model,
        session_model=session_model,
        throttle_model=throttle_model,
    )
    components = build_components(
        settings,
        storage,
        clock=clock,
        password_context=password_context,
        event_sink=event_sink,
        signer=signer,
    )
    router = APIRouter(lifespan=lifespan_of(components))
    router.include_router(me.router)  # the first is found the fastest, and asked for most
    router.include_router(accounts.router)
    router.include_router(login.router)
    # {% if transport != "cookie" %}
    router.include_router(oauth2.router)
    # {% endif %}
    router.include_router(sessions.router)
    return router


# {% endcall %}
