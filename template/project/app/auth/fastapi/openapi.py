# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The OpenAPI document: names of operations, and what depends on the settings."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.auth.settings import AuthSettings

# Fields for a password that is new, so that the rules of passwords apply to it.
NEW_PASSWORDS = (
    ("RegisterRequest", "password"),
    ("PasswordChangeRequest", "new_password"),
    ("PasswordResetRequest", "new_password"),
)


def operation_id(route: APIRoute) -> str:
    """Return `tag-name`, from which generators of clients make the names of functions.

    It stays the same if a path changes. Two routes of one tag need different names.
    """
    return "-".join([*(str(tag) for tag in route.tags[:1]), route.name])


def complete_openapi(app: FastAPI, settings: AuthSettings) -> None:
    """Add what depends on the settings: bounds of passwords, the answer to a registration, URLs."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document["components"]["schemas"]
        for model, field in NEW_PASSWORDS:
            schemas[model]["properties"][field] |= {
                "minLength": settings.password_min_length,
                "maxLength": settings.password_max_bytes,
            }
        # Which of the two answers a registration has is up to the settings.
        registration = document["paths"][app.url_path_for("register")]["post"]
        other = "201" if settings.require_verified_email else "202"
        registration["responses"].pop(other, None)  # FastAPI returns the same document again
        # {% if transport == "both" %}
        if settings.accept_header:
            document_token_url(app, document)
        # {% elif transport == "header" %}
        #| document_token_url(app, document)
        # {% endif %}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


# {% if transport != "cookie" %}
def document_token_url(app: FastAPI, document: dict[str, Any]) -> None:
    """Add the prefix of the router to the URL of the token endpoint."""
    flow = document["components"]["securitySchemes"]["Bearer"]["flows"]["password"]
    # Relative, so that it is also correct behind a proxy that removes a path prefix.
    flow["tokenUrl"] = flow["refreshUrl"] = app.url_path_for("token").removeprefix("/")


# {% endif %}


# {% endcall %}
