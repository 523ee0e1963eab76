# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Dependencies of routes: the current user, and permission checks."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.requests import HTTPConnection

from app.auth.authenticator import Identity
from app.auth.errors import PermissionDenied, RecentLoginRequired, Unauthenticated
from app.auth.fastapi import (
    # {% if transport != "header" %}
    cookies,
    csrf,
    # {% endif %}
    state,
)
from app.auth.fastapi.extractors import (
    # {% if transport != "cookie" %}
    bearer_token,
    # {% endif %}
    # {% if transport != "header" %}
    cookie_token,
    # {% endif %}
)
from app.auth.protocols import UserProtocol
from app.auth.totp.requirement import (
    # {% if "totp" in features %}
    require_second_factor,
    # {% endif %}
)


async def current_identity(
    connection: HTTPConnection,
    # {% if transport != "cookie" %}
    from_header: Annotated[str | None, Depends(bearer_token)],
    # {% endif %}
    # {% if transport != "header" %}
    from_cookie: Annotated[str | None, Depends(cookie_token)],
    # {% endif %}
) -> Identity:
    """Authenticate a request or a WebSocket. Raise Unauthenticated or a subclass."""
    # {% if concurrency == "sync" %}
    #| # A coroutine, so that requests that wait on the event loop share a query.
    # {% endif %}
    # {% if transport == "header" %}
    #| token = from_header
    # {% elif transport == "cookie" %}
    #| token = from_cookie
    # {% else %}
    token = from_header if from_header is not None else from_cookie
    # {% endif %}
    if token is None:
        raise Unauthenticated
    # {% if transport == "both" %}
    if from_header is None:
        cookies.count_as_credential(connection)
    # {% elif transport == "cookie" %}
    #| cookies.count_as_credential(connection)
    # {% endif %}
    # {% if "totp" in features %}
    auth = state.get_auth(connection)
    identity = await auth.authenticator.authenticate(token)
    require_second_factor(connection, identity, auth.settings)
    return identity
    # {% else %}
    #| return await state.get_auth(connection).authenticator.authenticate(token)
    # {% endif %}


async def optional_identity(
    connection: HTTPConnection,
    # {% if transport != "cookie" %}
    from_header: Annotated[str | None, Depends(bearer_token)],
    # {% endif %}
    # {% if transport != "header" %}
    from_cookie: Annotated[str | None, Depends(cookie_token)],
    # {% endif %}
) -> Identity | None:
    """Return None if there is no credential. Raise InvalidToken for one that is not valid."""
    # {% if transport == "both" %}
    if from_header is None and from_cookie is None:
        return None
    return await current_identity(connection, from_header, from_cookie)
    # {% elif transport == "header" %}
    #| return await current_identity(connection, from_header) if from_header is not None else None
    # {% else %}
    #| return await current_identity(connection, from_cookie) if from_cookie is not None else None
    # {% endif %}


async def deliver_afterwards(request: Request, background: BackgroundTasks) -> None:
    """Send the mails that a route owes, after its response (SEC-98)."""
    background.add_task(state.get_auth(request).tools.outbox.deliver_owed)


# {% if transport != "header" %}
async def refuse_cross_site(request: Request) -> None:
    """Raise CrossSiteRequest, also for a request without a cookie."""
    csrf.refuse_cross_site(request)


# {% endif %}
# OpenAPI security of routes that read tokens themselves: any one of these is enough.
SECURITY_SCHEMES: list[dict[str, list[str]]] = [
    # {% if transport != "cookie" %}
    {bearer_token.scheme_name: []},
    # {% endif %}
    # {% if transport != "header" %}
    {cookie_token.scheme_name: []},
    # {% endif %}
]
CurrentIdentity = Annotated[Identity, Depends(current_identity)]
OptionalIdentity = Annotated[Identity | None, Depends(optional_identity)]
# {% if transport != "cookie" %}


async def has_repeated_parameter(request: Request) -> bool:
    """Return whether a form has a parameter twice. Frameworks would keep the last."""
    form = await request.form()
    return len(form.multi_items()) > len(form)


# {% endif %}


# {% if concurrency == "sync" %}
#| # These are async although they await nothing: FastAPI would run a plain def in another thread.
# {% endif %}
async def current_user(identity: CurrentIdentity) -> UserProtocol:
    """Return the current user. Overriding this in a test also covers the checks below."""
    return identity.user


SignedIn = Annotated[UserProtocol, Depends(current_user)]


async def recent_user(connection: HTTPConnection, identity: CurrentIdentity) -> UserProtocol:
    """Raise RecentLoginRequired if the user has not proved their identity for some time.

    A refresh does not count as a proof, `POST /auth/reauthenticate` does (SEC-115).
    """
    tools = state.get_auth(connection).tools
    if tools.clock() - identity.authenticated_at > tools.settings.recent_login:
        raise RecentLoginRequired
    return identity.user


async def current_staff(user: SignedIn) -> UserProtocol:
    """Raise PermissionDenied unless the user is staff or a superuser."""
    if not (user.is_staff or user.is_superuser):
        raise PermissionDenied
    return user


async def current_superuser(user: SignedIn) -> UserProtocol:
    """Raise PermissionDenied unless the user is a superuser."""
    if not user.is_superuser:
        raise PermissionDenied
    return user


# {% endcall %}
