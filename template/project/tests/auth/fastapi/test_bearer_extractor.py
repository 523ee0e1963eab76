# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The Authorization header holds one token, or the request is refused (RFC 6750, section 2.1)."""

from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request

from app.auth.errors import InvalidToken
from app.auth.fastapi.extractors import read_bearer
from app.auth.settings import AuthSettings

REFUSED = {
    "another scheme": [b"Basic YW5uOnBhc3N3b3Jk"],
    "only the scheme": [b"Bearer"],
    "empty token": [b"Bearer "],
    "empty header": [b""],
    "only a token": [b"token"],
    "longer scheme": [b"BearerToken token"],
    "tab": [b"Bearer\ttoken"],
    "two headers": [b"Bearer token", b"Bearer token"],
    "two headers, one empty": [b"Bearer token", b""],
    "two schemes": [b"Basic YW5uOnBhc3N3b3Jk", b"Bearer token"],
}


def request_with(settings: AuthSettings, *authorization: bytes) -> Request:
    app = FastAPI()
    app.state.auth = SimpleNamespace(settings=settings)
    headers = [(b"authorization", value) for value in authorization]
    return Request({"type": "http", "app": app, "headers": headers, "query_string": b""})


@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER", b"bEaReR"])
def test_scheme_is_read_in_any_letter_case(auth_settings: AuthSettings, scheme: bytes) -> None:
    request = request_with(auth_settings, scheme + b" token")

    assert read_bearer(request) == "token"


def test_request_without_a_header_has_no_token(auth_settings: AuthSettings) -> None:
    assert read_bearer(request_with(auth_settings)) is None


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_anything_but_one_token_is_refused(
    auth_settings: AuthSettings,
    values: list[bytes],
) -> None:
    with pytest.raises(InvalidToken):
        read_bearer(request_with(auth_settings, *values))  # SEC-46


@pytest.mark.parametrize("value", [b"Bearer  token", b"Bearer token ", b"Bearer a, Bearer b"])
def test_token_is_passed_on_as_it_was_sent(auth_settings: AuthSettings, value: bytes) -> None:
    """The token reader, not the extractor, refuses malformed tokens."""
    request = request_with(auth_settings, value)

    assert read_bearer(request) == value.decode().removeprefix("Bearer ")


def test_token_in_the_query_is_not_read(auth_settings: AuthSettings) -> None:
    request = request_with(auth_settings)
    request.scope["query_string"] = b"access_token=token"

    assert read_bearer(request) is None


# {% if transport == "both" %}
@pytest.mark.parametrize("value", [b"Bearer token", b"Basic YW5uOnBhc3N3b3Jk"])
def test_header_is_ignored_if_it_is_not_accepted(
    auth_settings: AuthSettings,
    value: bytes,
) -> None:
    settings = auth_settings.model_copy(update={"accept_header": False})

    assert read_bearer(request_with(settings, value)) is None  # SEC-73


# {% endif %}
# {% endcall %}
