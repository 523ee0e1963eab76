# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What the OpenAPI document promises about the authentication routes."""

import json
from typing import Any

import pytest

from app.auth import PasswordContext
from app.dependencies import CurrentUser
from app.main import create_app
from app.settings import Settings

Operation = tuple[str, str]
# Routes that are for people who have no token, or one that counts no longer.
PUBLIC: set[Operation] = {
    ("post", "/auth/register"),
    ("post", "/auth/login"),
    ("post", "/auth/refresh"),
    # {% if transport != "cookie" %}
    ("post", "/auth/token"),
    # {% endif %}
}
CODES: dict[Operation, dict[str, set[str]]] = {
    ("post", "/auth/register"): {
        "400": {"unreadable_body"},
        # {% if transport == "header" %}
        #| "403": {"registration_closed"},
        # {% else %}
        "403": {"cross_site_request", "registration_closed"},
        # {% endif %}
        "409": {"email_taken", "username_taken"},
        "413": {"body_too_large"},
        "429": {"too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("post", "/auth/login"): {
        "400": {"unreadable_body"},
        "401": {"invalid_credentials"},
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "413": {"body_too_large"},
        "429": {"login_throttled", "too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("post", "/auth/refresh"): {
        # {% if transport != "cookie" %}
        "400": {"unreadable_body"},
        "413": {"body_too_large"},
        # {% endif %}
        # {% if transport == "header" %}
        #| "401": {"invalid_token", "session_ended"},
        # {% else %}
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "403": {"cross_site_request"},
        # {% endif %}
        "429": {"too_many_requests"},
        "503": {"unavailable"},
    },
    ("post", "/auth/logout"): {
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "503": {"unavailable"},
    },
    ("get", "/auth/me"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "503": {"unavailable"},
    },
    ("post", "/auth/password"): {
        "400": {"unreadable_body"},
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        # {% if transport == "header" %}
        #| "403": {"wrong_password"},
        # {% else %}
        "403": {"cross_site_request", "wrong_password"},
        # {% endif %}
        "413": {"body_too_large"},
        "429": {"login_throttled", "too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("get", "/auth/sessions"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "503": {"unavailable"},
    },
    ("delete", "/auth/sessions"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "503": {"unavailable"},
    },
    ("delete", "/auth/sessions/{session_id}"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "404": {"session_not_found"},
        "503": {"unavailable"},
    },
}


@pytest.fixture
def document(settings: Settings, password_context: PasswordContext) -> dict[str, Any]:
    return create_app(settings, password_context=password_context).openapi()


@pytest.fixture
def operations(document: dict[str, Any]) -> dict[Operation, dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/auth/")
    }


def model_of(response: dict[str, Any]) -> str:
    reference: str = response["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def test_errors_of_every_route_are_documented(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    documented = {
        name: {
            status: set(response["description"].replace("`", "").split(", "))
            for status, response in operation["responses"].items()
            if status >= "400" and model_of(response) == "ErrorResponse"
        }
        for name, operation in operations.items()
        if name[1] != "/auth/token"
    }

    assert documented == CODES


def test_validation_errors_are_documented_without_what_was_sent(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    """FastAPI's own model has an `input`, which is never answered here (SEC-77)."""
    models = {
        name: model_of(operation["responses"]["422"])
        for name, operation in operations.items()
        if "422" in operation["responses"]
    }

    assert ("post", "/auth/register") in models
    assert models == dict.fromkeys(models, "ValidationErrorResponse")


# {% if transport != "cookie" %}
def test_token_endpoint_documents_the_errors_of_its_rfc(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    responses = operations["post", "/auth/token"]["responses"]

    assert {status: model_of(responses[status]) for status in ("200", "429", "503")} == {
        "200": "TokenResponse",
        "429": "OAuthError",
        "503": "OAuthError",
    }
    assert "#/components/schemas/OAuthError" in json.dumps(responses["400"])


# {% endif %}
def test_all_but_the_public_routes_ask_for_a_credential(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    schemes: list[dict[str, list[str]]] = [
        # {% if transport != "cookie" %}
        {"Bearer": []},
        # {% endif %}
        # {% if transport != "header" %}
        {"Cookie": []},
        # {% endif %}
    ]

    asked = {name: operation.get("security") for name, operation in operations.items()}

    assert asked == {name: None if name in PUBLIC else schemes for name in operations}


def test_security_schemes_are_those_of_the_transport(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]

    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        # {% if transport != "cookie" %}
        "Bearer": "oauth2",
        # {% endif %}
        # {% if transport != "header" %}
        "Cookie": "apiKey",
        # {% endif %}
    }


def test_your_own_routes_ask_for_a_credential(
    settings: Settings,
    password_context: PasswordContext,
) -> None:
    app = create_app(settings, password_context=password_context)

    @app.get("/orders")
    def orders(user: CurrentUser) -> str:
        return user.username

    paths = app.openapi()["paths"]

    assert paths["/orders"]["get"]["security"] == paths["/auth/me"]["get"]["security"]


def test_no_schema_knows_the_stored_secrets(document: dict[str, Any]) -> None:
    """SEC-13."""
    text = json.dumps(document)

    assert [name for name in ("password_hash", "email_key", "username_key") if name in text] == []


# {% endcall %}
