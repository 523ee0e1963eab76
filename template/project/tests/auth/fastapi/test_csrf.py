# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Requests that a page of another site triggers change nothing (SEC-68 to SEC-70)."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from app.database import Database
from app.models import AuthSession
from tests.handshakes import add_websockets, open_websocket
from tests.serving import serve
from tests.steps import (
    AUTH,
    Account,
    code_of,
    credentials,
    log_in,
    registration,
    rows_of,
    with_app_settings,
    with_settings,
)

TRUSTED = "https://front.example"

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

# What a foreign page is answered, by method.
METHODS = {
    **dict.fromkeys(["GET", "HEAD", "OPTIONS"], 200),
    **dict.fromkeys(["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"], 403),
}

ACCEPTED: dict[str, dict[str, str]] = {
    "not a browser": {},
    "same origin": {"Sec-Fetch-Site": "same-origin"},
    "same origin, named": {"Sec-Fetch-Site": "same-origin", "Origin": "https://testserver"},
    "typed by the user": {"Sec-Fetch-Site": "none"},
    "old browser, this host": {"Origin": "https://testserver"},
    "old browser, trusted": {"Origin": TRUSTED},
    "trusted site": {"Sec-Fetch-Site": "cross-site", "Origin": TRUSTED},
    "old browser, this host in the referrer": {"Referer": "https://testserver/page?x=y"},
    "old browser, trusted in the referrer": {"Referer": f"{TRUSTED}/"},
    "trusted sibling": {"Sec-Fetch-Site": "same-site", "Origin": TRUSTED},
}

REFUSED: dict[str, dict[str, str]] = {
    "another site": FOREIGN,
    "another site, unnamed": {"Sec-Fetch-Site": "cross-site"},
    "sibling, unnamed": {"Sec-Fetch-Site": "same-site"},
    "sibling subdomain": {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.testserver"},
    "unknown value": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "empty value": {"Sec-Fetch-Site": ""},
    "opaque origin": {"Origin": "null"},
    "opaque origin of another site": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "empty origin": {"Origin": ""},
    "old browser, another site": {"Origin": "https://evil.example"},
    "old browser, sibling": {"Origin": "https://evil.testserver"},
    "plain HTTP of this host": {"Origin": "http://testserver"},
    "plain HTTP of a trusted host": {"Origin": "http://front.example"},
    "another port": {"Origin": "https://testserver:8443"},
    "another port of a trusted host": {"Origin": f"{TRUSTED}:8443"},
    "begins like this host": {"Origin": "https://testserver.evil.example"},
    "ends like this host": {"Origin": "https://eviltestserver"},
    "begins like a trusted host": {"Origin": f"{TRUSTED}.evil.example"},
    "ends like a trusted host": {"Origin": "https://evilfront.example"},
    "trusted subdomain": {"Origin": "https://www.front.example"},
    "user in the address": {"Origin": f"{TRUSTED}@evil.example"},
    "path after the origin": {"Origin": f"{TRUSTED}/"},
    "two origins": {"Origin": f"https://evil.example {TRUSTED}"},
    "another host that is forwarded": {
        "Origin": "https://evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
    },
    "old browser, another site in the referrer": {"Referer": "https://evil.example/page"},
    "no address in the referrer": {"Referer": "evil"},
    "trusted page in the path": {"Referer": f"https://evil.example/{TRUSTED}/"},
    "another site, referrer of this host": {
        "Sec-Fetch-Site": "cross-site",
        "Referer": "https://testserver/",
    },
    "trusted page in the referrer": {"Origin": "null", "Referer": f"{TRUSTED}/page"},
}


@with_settings(trusted_origins=[TRUSTED])
async def test_requests_of_our_own_pages_pass(client: AsyncClient, user: Account) -> None:
    responses = {
        name: await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
        for name, headers in ACCEPTED.items()
    }

    assert [name for name, response in responses.items() if not response.is_success] == []


@with_settings(trusted_origins=[TRUSTED])
async def test_requests_of_other_pages_are_refused(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    responses = {
        name: await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
        for name, headers in REFUSED.items()
    }

    sessions = await rows_of(database, AuthSession)
    codes = {name: code_of(response) for name, response in responses.items()}
    assert codes == dict.fromkeys(REFUSED, (403, "cross_site_request"))
    assert sessions == []


class WithoutHost:
    """Takes the Host header of requests away, as HTTP/1.0 allows."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        headers = [pair for pair in scope.get("headers", ()) if pair[0] != b"host"]
        return self.app({**scope, "headers": headers}, receive, send)


@pytest.mark.parametrize("origin", ["https://testserver", "https://", "https://None"])
async def test_request_without_a_host_has_no_pages_of_its_own(app: FastAPI, origin: str) -> None:
    app.add_middleware(WithoutHost)
    headers = {"Origin": origin}

    async with serve(app) as client:
        response = await client.post(f"{AUTH}/login", json=credentials(Account()), headers=headers)

    assert code_of(response) == (403, "cross_site_request")


@with_settings(cookie_secure=False)
@with_app_settings(environment="development")
async def test_own_pages_may_use_plain_http_in_development(
    client: AsyncClient,
    user: Account,
) -> None:
    statuses = {}
    for origin in ("http://testserver", "https://testserver", "http://evil.example"):
        headers = {"Origin": origin}
        response = await client.post(f"{AUTH}/login", json=credentials(user), headers=headers)
        statuses[origin] = response.is_success

    assert [*statuses.values()] == [True, True, False]


async def test_request_of_another_page_is_an_event(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.post(f"{AUTH}/register", json=registration(Account()), headers=FOREIGN)

    [event] = [record for record in caplog.records if record.name == "app.auth.events"]
    assert (event.message, event.levelname) == ("malicious_csrf", "WARNING")


@with_settings(trusted_origins=[TRUSTED])
async def test_only_our_own_pages_may_open_websockets(
    app: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    """Otherwise a page of another site could read the messages (SEC-68)."""
    add_websockets(app)
    tokens = await log_in(client, user)
    cookie = {"Cookie": f"__Host-access_token={tokens.access}"}

    own = {
        name: await open_websocket(app, "/greeting", headers | cookie)
        for name, headers in ACCEPTED.items()
    }
    foreign = {
        name: await open_websocket(app, "/greeting", headers | cookie)
        for name, headers in REFUSED.items()
    }

    refusals = {name: handshake.refusal for name, handshake in foreign.items()}
    assert [name for name, handshake in own.items() if handshake.kinds != ["accept", "send"]] == []
    assert refusals == dict.fromkeys(REFUSED, (403, "cross_site_request"))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (
            FOREIGN,
            "https://evil.example is neither the host testserver nor in AUTH_TRUSTED_ORIGINS",
        ),
        ({"Sec-Fetch-Site": "cross-site"}, "the origin is not valid"),
        ({"Origin": "https://testserver", "Host": ""}, "the origin is not valid"),
        ({"Origin": "https://testserver", "Host": "testserver/\u00ff"}, "the origin is not valid"),
        ({"Origin": "https://evil.example/\u00ff"}, "the origin is not valid"),
        ({"Origin": "null"}, "the origin is not valid"),
    ],
)
async def test_log_names_the_origin_and_the_setting(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
    reason: str,
) -> None:
    encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}

    response = await client.post(f"{AUTH}/login", json=credentials(Account()), headers=encoded)

    [record] = [record for record in caplog.records if record.levelname == "WARNING"]
    event: dict[str, str] = record.__dict__["event"]
    assert code_of(response) == (403, "cross_site_request")
    assert (event["outcome"], event["reason"]) == ("failure", reason)


# {% endcall %}
