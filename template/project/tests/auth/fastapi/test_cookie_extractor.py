# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""A cookie counts only if no other cookie could be parsed as the same name."""

from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request

from app.auth.errors import InvalidToken
from app.auth.fastapi.extractors import read_access_cookie, read_refresh_cookie
from app.auth.settings import AuthSettings
from tests.auth.conftest import settings_with

NAME = b"__Host-access_token"

FOUND = {
    "alone": [NAME + b"=token"],
    "among others": [b"theme=dark; " + NAME + b"=token; lang=en"],
    "without spaces": [b"theme=dark;" + NAME + b"=token"],
    "in a second header": [b"theme=dark", NAME + b"=token"],
    "with a longer name": [NAME + b"=token; " + NAME + b"2=other"],
    "with a name without prefix": [NAME + b"=token; access_token=other"],
}

ABSENT = {
    "no header": [],
    "empty header": [b""],
    "others": [b"theme=dark; lang=en"],
    "without prefix": [b"access_token=token"],
    "the other cookie": [b"__Host-refresh_token=token"],
    "in capitals": [NAME.upper() + b"=token"],
    "as a value": [b"theme=" + NAME],
    "as part of a name": [b"x" + NAME + b"=token"],
}

# SEC-67: parsers differ on which of these cookies they read as ours.
REFUSED = {
    "twice": [NAME + b"=token; " + NAME + b"=other"],
    "twice the same": [NAME + b"=token; " + NAME + b"=token"],
    "in two headers": [NAME + b"=token", NAME + b"=other"],
    "byte 0x1d in front": [b"\x1d" + NAME + b"=token"],
    "byte 0xa0 in front": [b"\xa0" + NAME + b"=token"],
    "byte 0x85 in front": [b"\x85" + NAME + b"=token"],
    "byte 0x1f after the name": [NAME + b"\x1f=token"],
    "tab in front": [b"\t" + NAME + b"=token"],
    "planted before ours": [b"\xa0" + NAME + b"=planted; " + NAME + b"=token"],
    "planted after ours": [NAME + b"=token; \x1d" + NAME + b"=planted"],
}


def request_with(settings: AuthSettings, *cookies: bytes) -> Request:
    app = FastAPI()
    app.state.auth = SimpleNamespace(settings=settings)
    headers = [(b"cookie", value) for value in cookies]
    return Request({"type": "http", "app": app, "headers": headers})


@pytest.mark.parametrize("cookies", FOUND.values(), ids=FOUND)
def test_cookie_is_found(auth_settings: AuthSettings, cookies: list[bytes]) -> None:
    request = request_with(auth_settings, *cookies)

    assert read_access_cookie(request) == "token"


def test_only_spaces_around_a_value_are_left_out(auth_settings: AuthSettings) -> None:
    request = request_with(auth_settings, NAME + b"= Xtoken\x1d ")

    assert read_access_cookie(request) == "Xtoken\x1d"


@pytest.mark.parametrize("cookies", ABSENT.values(), ids=ABSENT)
def test_other_cookies_are_ignored(auth_settings: AuthSettings, cookies: list[bytes]) -> None:
    request = request_with(auth_settings, *cookies)

    assert read_access_cookie(request) is None


@pytest.mark.parametrize("cookies", REFUSED.values(), ids=REFUSED)
def test_ambiguous_cookie_is_refused(auth_settings: AuthSettings, cookies: list[bytes]) -> None:
    request = request_with(auth_settings, *cookies)

    with pytest.raises(InvalidToken):
        read_access_cookie(request)


@pytest.mark.parametrize("cookie", [NAME, NAME + b"="])
def test_empty_cookie_is_an_invalid_token(
    auth_settings: AuthSettings,
    cookie: bytes,
) -> None:
    request = request_with(auth_settings, cookie)

    assert read_access_cookie(request) == ""


def test_each_token_has_its_own_cookie(auth_settings: AuthSettings) -> None:
    request = request_with(auth_settings, NAME + b"=access; __Host-refresh_token=refresh")

    assert (read_access_cookie(request), read_refresh_cookie(request)) == ("access", "refresh")


def test_name_without_prefix_is_read_over_plain_http() -> None:
    settings = settings_with(cookie_secure=False)
    request = request_with(settings, b"access_token=plain; " + NAME + b"=token")

    assert read_access_cookie(request) == "plain"


# {% if transport == "both" %}
@pytest.mark.parametrize("cookies", [FOUND["alone"], REFUSED["twice"]], ids=["one", "two"])
def test_cookie_is_ignored_if_it_is_not_accepted(cookies: list[bytes]) -> None:
    settings = settings_with(accept_cookie=False)

    assert read_access_cookie(request_with(settings, *cookies)) is None  # SEC-73


# {% endif %}
# {% endcall %}
