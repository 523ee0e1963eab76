# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Where an application keeps its authentication: `app.state.auth`, set by the auth router."""

from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from app.auth.ext.components import AuthComponents


def keep_components(app: FastAPI, components: AuthComponents) -> None:
    app.state.auth = components


def components_of(request: HTTPConnection) -> AuthComponents:
    """Return the components of the application that serves this request."""
    components: AuthComponents = request.app.state.auth
    return components


# {% endcall %}
