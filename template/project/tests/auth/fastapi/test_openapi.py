# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The OpenAPI document of the authentication routes."""

import json
from typing import Any

import pytest

from app.auth.fastapi.schemas import RegisterRequest
from app.auth.hashing import PasswordContext
from app.auth.passwords import check_password
from app.auth.settings import AuthSettings
from app.dependencies import CurrentUser
from app.main import create_app
from app.settings import Settings
from tests.auth.conftest import new_user
from tests.auth.fastapi.documented_errors import CODES, PUBLIC, Operation
from tests.steps import AUTH, Account, profile, registration, with_settings


@pytest.fixture
def document(settings: Settings, password_context: PasswordContext) -> dict[str, Any]:
    return create_app(settings, password_context=password_context).openapi()


@pytest.fixture
def operations(document: dict[str, Any]) -> dict[Operation, dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(f"{AUTH}/")
    }


def model_of(response: dict[str, Any]) -> str:
    reference: str = response["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def test_errors_of_every_route_are_documented(
    document: dict[str, Any],
    operations: dict[Operation, dict[str, Any]],
) -> None:
    """Generators of clients make a type from the codes of each status."""
    models = document["components"]["schemas"]

    def codes(response: dict[str, Any]) -> set[str]:
        detail = models[model_of(response)]["properties"]["detail"]["$ref"].rpartition("/")[2]
        return set(models[detail]["properties"]["code"]["enum"])

    documented = {
        name: {
            status: codes(response)
            for status, response in operation["responses"].items()
            if status >= "400" and status != "422"
        }
        for name, operation in operations.items()
        if name[1] != f"{AUTH}/token"
    }

    assert documented == CODES


def test_bodies_of_every_route_are_documented(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    schemas = {
        (*name, status): response["content"]["application/json"]["schema"]
        for name, operation in operations.items()
        for status, response in operation["responses"].items()
        if "content" in response
    }

    assert [name for name, schema in schemas.items() if not schema] == []


# {% if "totp" in features %}
def test_login_has_a_type_for_each_answer(operations: dict[Operation, dict[str, Any]]) -> None:
    """Clients that are generated must tell a session from a challenge."""
    answers = operations["post", f"{AUTH}/login"]["responses"]

    assert model_of(answers["202"]) == "SecondFactorResponse"
    # {% if transport != "cookie" %}
    assert model_of(answers["200"]) == "TokenResponse"
    # {% endif %}


# {% endif %}
def test_operations_are_named_by_tag_and_function(document: dict[str, Any]) -> None:
    """A client that was generated keeps its names if a path changes."""
    names = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]

    assert len(names) == len(set(names))
    assert {"auth-register", "auth-login", "auth-me", "health-ready"} <= set(names)


def test_bodies_have_examples_that_are_accepted(
    document: dict[str, Any],
    auth_settings: AuthSettings,
) -> None:
    fields = document["components"]["schemas"]["RegisterRequest"]["properties"]
    example = {name: fields[name]["examples"][0] for name in (*profile(Account()), "password")}

    body = RegisterRequest.model_validate({**registration(Account()), **example})

    password = body.password.get_secret_value()
    check_password(password, new_user(Account()), auth_settings)
    assert example.items() <= registration(Account()).items()


@with_settings(password_min_length=21, password_max_bytes=256)
def test_new_passwords_have_the_bounds_of_the_settings(document: dict[str, Any]) -> None:
    models = document["components"]["schemas"]
    bounds = [
        (field.get("minLength"), field.get("maxLength"))
        for field in (
            models["RegisterRequest"]["properties"]["password"],
            models["PasswordChangeRequest"]["properties"]["new_password"],
            models["PasswordResetRequest"]["properties"]["new_password"],
            models["LoginRequest"]["properties"]["password"],
        )
    ]

    assert bounds == [*[(21, 256)] * 3, (None, None)]


@pytest.mark.parametrize(("verified", "status"), [(False, "201"), (True, "202")])
def test_registration_documents_the_one_answer_that_it_has(
    settings: Settings,
    password_context: PasswordContext,
    verified: bool,
    status: str,
) -> None:
    """Clients that are generated for both would not know the type of the answer."""
    auth = settings.auth.model_copy(update={"require_verified_email": verified})
    app = create_app(
        settings.model_copy(update={"auth": auth}),
        password_context=password_context,
    )

    documents = [app.openapi() for _ in range(2)]

    responses = documents[1]["paths"][f"{AUTH}/register"]["post"]["responses"]
    assert [code for code in responses if code.startswith("2")] == [status]


def test_validation_errors_are_documented_without_what_was_sent(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    """FastAPI's own model has an `input`, which is never part of a response here (SEC-77)."""
    models = {
        name: model_of(operation["responses"]["422"])
        for name, operation in operations.items()
        if "422" in operation["responses"]
    }

    assert ("post", f"{AUTH}/register") in models
    assert models == dict.fromkeys(models, "ValidationErrorResponse")


# {% if transport != "cookie" %}
def test_token_endpoint_documents_the_errors_of_its_rfc(
    operations: dict[Operation, dict[str, Any]],
) -> None:
    responses = operations["post", f"{AUTH}/token"]["responses"]

    assert {status: model_of(responses[status]) for status in ("200", "429", "503")} == {
        "200": "TokenResponse",
        "429": "OAuthError",
        "503": "OAuthError",
    }
    assert "#/components/schemas/OAuthError" in json.dumps(responses["400"])


def test_token_url_is_the_token_endpoint(document: dict[str, Any]) -> None:
    """Otherwise Swagger's Authorize dialog would send its request to a wrong URL."""
    flow = document["components"]["securitySchemes"]["Bearer"]["flows"]["password"]

    assert {f"/{flow['tokenUrl']}", f"/{flow['refreshUrl']}"} == {f"{AUTH}/token"}


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
        return user.email

    paths = app.openapi()["paths"]

    assert paths["/orders"]["get"]["security"] == paths[f"{AUTH}/me"]["get"]["security"]


def test_no_schema_contains_stored_secrets(document: dict[str, Any]) -> None:
    """SEC-13."""
    text = json.dumps(document)

    assert [name for name in ("password_hash", "email_key", "username_key") if name in text] == []


# {% endcall %}
