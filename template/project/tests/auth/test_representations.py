# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The `repr` of an object shows no password, token or hash, as logs may contain it (SEC-13)."""

import pytest

from app.auth.fastapi import (
    # {% if transport != "cookie" %}
    bearer,
    # {% endif %}
    schemas,
    # {% if transport != "cookie" %}
    token_endpoint,
    # {% endif %}
)
from app.auth.hashing import Verification
from app.auth.login import Proof
from app.auth.tokens import TokenPair
from tests.steps import Account, credentials, registration

HIDDEN = "a good long passphrase"
ANN = Account(password=HIDDEN)
PAIR = TokenPair(HIDDEN, HIDDEN, expires_in=900, refresh_expires_in=3600)

HOLDERS: list[object] = [
    PAIR,
    Verification(valid=True, upgraded_hash=HIDDEN),
    Proof(("pwd",), new_hash=HIDDEN),
    schemas.RegisterRequest.model_validate(registration(ANN)),
    schemas.LoginRequest.model_validate(credentials(ANN)),
    schemas.PasswordChangeRequest.model_validate(
        {"current_password": HIDDEN, "new_password": HIDDEN},
    ),
    # {% if transport != "cookie" %}
    bearer.RefreshRequest(refresh_token=HIDDEN),
    bearer.TokenResponse.model_validate(PAIR),
    token_endpoint.TokenRequest.model_validate({"password": HIDDEN, "refresh_token": HIDDEN}),
    # {% endif %}
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_secret_is_not_shown(holder: object) -> None:
    shown = f"{holder!r} {holder}"

    assert type(holder).__name__ in shown
    assert HIDDEN not in shown


# {% endcall %}
