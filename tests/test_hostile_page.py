"""A page of another origin neither changes nor reads anything in the name of its visitor.

The visitor is signed in with cookies. To browsers, another port of the same host is the same site,
so they send the cookies with its requests. Another host is another site.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from support import browsers, databases, journeys
from support.matrix import Cell
from support.servers import serving
from support.waiting import wait_until

SECRET = "a secret of the visitor"
MALLORY = {"username_or_email": "mallory", "password": journeys.PASSWORD}
# What the attacker would like to send, even with the password of the visitor.
BODIES: dict[str, dict[str, str]] = {
    "/auth/login": MALLORY,
    "/auth/logout": {},
    "/auth/password": {"current_password": journeys.PASSWORD, "new_password": "a stolen account"},
    "/auth/reauthenticate": {"password": journeys.PASSWORD},
    "/auth/refresh": {},
    "/auth/register": {
        **{"email": "eve@example.com", "username": "eve"},
        "password": journeys.PASSWORD,
    },
    "/auth/token": {"username": "mallory", "password": journeys.PASSWORD, "grant_type": "password"},
    "/notes": {"text": "written by Mallory"},
}
CHANGES = [
    *(("POST", path) for path in BODIES),
    *(("DELETE", "/auth/me"), ("DELETE", "/auth/sessions"), ("PATCH", "/auth/me")),
    *(("DELETE", "/notes/1"), ("PUT", "/notes/1")),
]
READS = ("/auth/me", "/auth/sessions", "/notes")
FRAMED = ("/auth/me", "/auth/links/verify_email", "/dev/mailbox", "/docs")
MODES = ("cors", "no-cors")
ENCODINGS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
# A form without encoding sends `name=value`: JSON, if the value ends a string of the name.
SUBMIT = """([url, encoding, fields]) => {
  const frame = document.createElement("iframe");
  const form = document.createElement("form");
  Object.assign(frame, { name: crypto.randomUUID() });
  Object.assign(form, { action: url, enctype: encoding, method: "post", target: frame.name });
  const smuggled = JSON.stringify({ ...fields, padding: "" }).slice(0, -2);
  const inputs = encoding === "text/plain" ? { [smuggled]: '"}' } : fields;
  for (const [name, value] of Object.entries(inputs)) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(frame, form);
  form.submit();
}"""
FETCH = """async ([url, method, mode, type, fields]) => {
  const headers = fields === null ? {} : { "Content-Type": type };
  const body = fields === null ? null : JSON.stringify(fields);
  try {
    return (await fetch(url, { method, mode, headers, body, credentials: "include" })).type;
  } catch { return "refused"; }
}"""
FRAME = """(url) => {
  document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
}"""
SIGN_IN = """async ([credentials, text]) => {
  const post = (path, body) => fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return [(await post("/auth/login", credentials)).ok, (await post("/notes", { text })).status];
}"""


@pytest.mark.parametrize("cell", [Cell(), Cell(transport="cookie")], ids=str)
def test_page_of_another_origin_does_nothing_for_its_visitor(
    cell: Cell,
    browser: Browser,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> None:
    database_url = new_database(cell)
    env = {
        **{"ENVIRONMENT": "development", "DATABASE_URL": database_url},
        "AUTH_BCRYPT_ROUNDS": "10",
    }
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<!doctype html><title>Prizes</title>")
    with (
        serving(render(cell), tmp_path / "log", env=env) as server,
        browsers.front_end(pages) as same_site,
        browsers.profile(browser) as context,
    ):
        with httpx2.Client(base_url=server.url) as client:
            journeys.register(client, "mallory")
            journeys.register(client, "ann")
        visitor = context.new_page()
        visitor.goto(f"{server.url}/docs")
        ann = {"username_or_email": "ann", "password": journeys.PASSWORD}
        assert visitor.evaluate(SIGN_IN, [ann, SECRET]) == [True, 201]
        before = stored(database_url), context.cookies()

        other_site = same_site.replace("127.0.0.1", "localhost")
        sent_with_cookies = attack(context, same_site, server.url)
        sent_without = attack(context, other_site, server.url)
        for origin in (same_site, other_site):
            frames_stay_empty(context, origin, server.url)

        assert (stored(database_url), context.cookies()) == before
        signed_in = [f"{server.url}/auth/me", "GET", "cors", "", None]
        assert visitor.evaluate(FETCH, signed_in) == "basic"
        # The token endpoint ignores cookies. A page can only sign in to an account that it knows.
        del sent_with_cookies["/auth/token"], sent_without["/auth/token"]
        assert set().union(*sent_with_cookies.values()) == {403, 422}
        assert 403 in sent_with_cookies["/auth/logout"]
        # Without cookies, there is no session to end or to refresh.
        assert 204 in sent_without["/auth/logout"]
        del sent_without["/auth/logout"]
        assert set().union(*sent_without.values()) <= {401, 403, 422}


def attack(context: BrowserContext, origin: str, api: str) -> dict[str, set[int]]:
    """Try everything from a page of the origin. Return the statuses of requests for changes."""
    page = context.new_page()
    page.goto(origin)
    answered: dict[str, set[int]] = {}
    page.on("response", lambda response: note(answered, response))

    for path, fields in BODIES.items():
        for encoding in ENCODINGS:
            with page.expect_response(f"{api}{path}"):
                page.evaluate(SUBMIT, [f"{api}{path}", encoding, fields])
    results = [send(page, "GET", f"{api}{path}", "", None) for path in READS]
    for method, path in CHANGES:
        for encoding in ("text/plain", "application/json"):
            results.append(send(page, method, f"{api}{path}", encoding, BODIES.get(path, {})))

    assert {result for pair in results for result in pair} <= {"opaque", "refused"}
    page.close()
    return answered


def frames_stay_empty(context: BrowserContext, origin: str, api: str) -> None:
    page = context.new_page()
    page.goto(origin)
    for path in FRAMED:
        page.evaluate(FRAME, f"{api}{path}")

    def are_blocked() -> bool:
        page.evaluate("true")  # handles the events of the browser
        frames = page.main_frame.child_frames
        return [frame.url for frame in frames] == ["chrome-error://chromewebdata/"] * len(FRAMED)

    wait_until(are_blocked, "the browser shows no page of the API in a frame")
    page.close()


def note(answered: dict[str, set[int]], response: Response) -> None:
    if response.request.method not in {"GET", "OPTIONS"}:
        answered.setdefault(urlsplit(response.url).path, set()).add(response.status)


def send(page: Page, method: str, url: str, encoding: str, fields: Any) -> list[str]:
    """Return what a script of the page sees with and without CORS."""
    return [page.evaluate(FETCH, [url, method, mode, encoding, fields]) for mode in MODES]


def stored(database_url: str) -> list[list[tuple[Any, ...]]]:
    """Return what an attacker would like to change."""
    queries = (
        "SELECT id, owner_id, text FROM notes",
        "SELECT id, username, email, password_hash FROM users",
        "SELECT s.id, generation, revoked_at FROM auth_session s JOIN users u ON u.id = user_id"
        " WHERE username = 'ann'",
    )
    return [databases.rows(database_url, query) for query in queries]
