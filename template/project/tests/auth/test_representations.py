# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What holds a password, a token or a hash does not show it, in a log or a traceback (SEC-13)."""

import pytest

from app.auth.fastapi import (
    # {% if transport != "cookie" %}
    bearer,
    oauth2,
    # {% endif %}
    schemas,
)
from app.auth.hashing import Verification
from app.auth.tokens import TokenPair

HIDDEN = "a good long passphrase"
IDENTITY = {"email": "ann@example.com", "username": "ann"}
PAIR = TokenPair(HIDDEN, HIDDEN, expires_in=900, refresh_expires_in=3600)

HOLDERS: list[object] = [
    PAIR,
    Verification(valid=True, upgraded_hash=HIDDEN),
    schemas.RegisterRequest.model_validate({**IDENTITY, "password": HIDDEN}),
    schemas.LoginRequest.model_validate({"username_or_email": "ann", "password": HIDDEN}),
    schemas.PasswordChangeRequest.model_validate(
        {"current_password": HIDDEN, "new_password": HIDDEN},
    ),
    # {% if transport != "cookie" %}
    bearer.RefreshRequest(refresh_token=HIDDEN),
    bearer.TokenResponse.model_validate(PAIR),
    oauth2.TokenRequest.model_validate({"password": HIDDEN, "refresh_token": HIDDEN}),
    # {% endif %}
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_secret_is_not_shown(holder: object) -> None:
    shown = f"{holder!r} {holder}"

    assert type(holder).__name__ in shown
    assert HIDDEN not in shown


# {% endcall %}
