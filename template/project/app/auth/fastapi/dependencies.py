# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What routes depend on: the components of the application, and who is asking."""

from typing import Annotated

from fastapi import Depends, Request

from app.auth.authenticator import Identity
from app.auth.errors import Unauthenticated
from app.auth.extractors import (
    # {% if transport != "cookie" %}
    bearer_token,
    # {% endif %}
    # {% if transport != "header" %}
    cookie_token,
    # {% endif %}
)
from app.auth.fastapi import (
    # {% if transport != "header" %}
    cookies,
    # {% endif %}
    state,
)


async def current_identity(
    request: Request,
    # {% if transport != "cookie" %}
    from_header: Annotated[str | None, Depends(bearer_token)],
    # {% endif %}
    # {% if transport != "header" %}
    from_cookie: Annotated[str | None, Depends(cookie_token)],
    # {% endif %}
) -> Identity:
    """Return who sends the request. Raise Unauthenticated or one of its kinds."""
    # {% if concurrency == "sync" %}
    #| # A coroutine: requests meet on the event loop, and those that wait share a query.
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
        cookies.count_as_credential(request)
    # {% elif transport == "cookie" %}
    #| cookies.count_as_credential(request)
    # {% endif %}
    return await state.components_of(request).authenticator.authenticate(token)


# For routes that read tokens themselves: any of these, as OpenAPI says it.
SECURITY_SCHEMES: list[dict[str, list[str]]] = [
    # {% if transport != "cookie" %}
    {bearer_token.scheme_name: []},
    # {% endif %}
    # {% if transport != "header" %}
    {cookie_token.scheme_name: []},
    # {% endif %}
]
CurrentIdentity = Annotated[Identity, Depends(current_identity)]
# {% endcall %}
