"""In a browser, people follow the links of mails, and sign in on the page at /docs."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support import browsers, journeys
from support.matrix import Cell
from support.servers import Server, free_port
from support.waiting import wait_until

NEW_PASSWORD = "another long passphrase"
CREDENTIALS = {"username_or_email": "ann", "password": journeys.PASSWORD}
POST = """async ([path, body]) => (await fetch(path, {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
})).status"""
# What docs/extending.md asks of the page of a front end.
FRONT_END = """<!doctype html><button>Verify</button><p></p><script>
const token = new URLSearchParams(location.hash.slice(1)).get("token");
document.querySelector("button").addEventListener("click", async () => {
  const response = await fetch("API/auth/email/verify", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({ token, password: "PASSWORD" }),
  });
  document.querySelector("p").textContent = response.status;
});
</script>"""
# docs/development.md: the front end and the API have the same host name.
SIGN_IN = """async (api) => {
  const options = { credentials: "include", headers: { "Content-Type": "application/json" } };
  const body = JSON.stringify(CREDENTIALS);
  const login = await fetch(`${api}/auth/login`, { ...options, method: "POST", body });
  const me = await fetch(`${api}/auth/me`, options);
  return [login.status, me.status];
}"""

Render = Callable[[Cell], Path]
NewDatabase = Callable[[Cell], str]


@pytest.mark.parametrize("cell", [Cell(), Cell("sync", "sqlite", "cookie")], ids=str)
def test_links_of_mails_are_followed(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    with browsers.developing(
        render(cell), tmp_path, {"DATABASE_URL": new_database(cell)}
    ) as server:
        page.goto(f"{server.url}/docs")
        assert page.evaluate(POST, ["/auth/register", account()]) == 201

        open_mailed_link(page, server, "verify_email")
        assert page.url == f"{server.url}/auth/links/verify_email"  # without the token
        assert not is_verified(server)
        submit(page, "Password", journeys.PASSWORD, "Verify")
        expect(page.get_by_role("status")).to_have_text("Your e-mail is verified.")
        assert is_verified(server)

        forgotten = ["/auth/password/forgotten", {"email": "ann@example.com"}]
        assert page.evaluate(POST, forgotten) == 202
        open_mailed_link(page, server, "reset_password")
        submit(page, "New password", "short", "Change the password")
        expect(page.get_by_role("status")).to_contain_text("at least 15 characters")
        submit(page, "New password", NEW_PASSWORD, "Change the password")
        expect(page.get_by_role("status")).to_contain_text("Your password has changed.")

        renewed = {**CREDENTIALS, "password": NEW_PASSWORD}
        assert page.evaluate(POST, ["/auth/login", CREDENTIALS]) == 401
        assert page.evaluate(POST, ["/auth/login", renewed]) in {200, 204}
        me = page.goto(f"{server.url}/auth/me")
        assert me is not None
        assert me.json()["username"] == "ann"


def test_links_lead_to_a_front_end_of_another_origin(
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    cell, port = Cell(), free_port()
    pages = tmp_path / "pages"
    pages.mkdir()
    with browsers.front_end(pages) as origin:
        env = {
            "DATABASE_URL": new_database(cell),
            "MAIL_LINK": f"{origin}/{{kind}}.html#token={{token}}",
            "AUTH_LINK_PAGES": "false",
            "CORS_ORIGINS": origin,
            "AUTH_TRUSTED_ORIGINS": origin,
        }
        with browsers.developing(render(cell), tmp_path, env, port) as server:
            script = FRONT_END.replace("API", server.url).replace("PASSWORD", journeys.PASSWORD)
            (pages / "verify_email.html").write_text(script)
            with httpx2.Client(base_url=server.url) as client:
                journeys.read(client.post("/auth/register", json=account()), 201)
                assert client.get("/auth/links/verify_email").status_code == 404

            open_mailed_link(page, server, "verify_email")
            assert not is_verified(server)
            page.get_by_role("button").click()
            expect(page.get_by_role("paragraph")).to_have_text("204")
            assert is_verified(server)


def test_cookies_need_the_host_name_of_the_front_end(
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    cell, port = Cell("sync", "sqlite", "cookie"), free_port()
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<!doctype html>")
    with browsers.front_end(pages) as address:
        origin = address.replace("127.0.0.1", "localhost")
        env = {
            "DATABASE_URL": new_database(cell),
            "CORS_ORIGINS": origin,
            "AUTH_TRUSTED_ORIGINS": origin,
        }
        with browsers.developing(render(cell), tmp_path, env, port) as server:
            with httpx2.Client(base_url=server.url) as client:
                journeys.read(client.post("/auth/register", json=account()), 201)
            page.goto(f"{origin}/index.html")
            sign_in = SIGN_IN.replace("CREDENTIALS", json.dumps(CREDENTIALS))

            assert page.evaluate(sign_in, server.url) == [204, 401]
            assert page.evaluate(sign_in, f"http://localhost:{port}") == [204, 200]


@pytest.mark.parametrize("transport", ["both", "header"])
def test_docs_sign_in(
    transport: str,
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    cell = Cell(transport=transport)
    with browsers.developing(
        render(cell), tmp_path, {"DATABASE_URL": new_database(cell)}
    ) as server:
        with httpx2.Client(base_url=server.url) as client:
            journeys.read(client.post("/auth/register", json=account()), 201)

        page.goto(f"{server.url}/docs")
        page.get_by_role("button", name="Authorize").first.click()
        dialog = page.locator(".dialog-ux")
        dialog.locator("#oauth_username").fill("ann")
        dialog.locator("#oauth_password").fill(journeys.PASSWORD)
        dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
        expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
        dialog.get_by_role("button", name="Close", exact=True).first.click()
        operation = page.locator("#operations-auth-auth-me")
        operation.click()
        operation.get_by_role("button", name="Try it out").click()
        operation.get_by_role("button", name="Execute").click()

        response = operation.locator(".live-responses-table .response")
        expect(response).to_contain_text("ann@example.com")


def open_mailed_link(page: Page, server: Server, kind: str) -> None:
    """Click on the newest link of a kind on the page with the mails."""
    page.goto(f"{server.url}/dev/mailbox")
    link = page.get_by_role("link", name=re.compile(kind)).first
    wait_until(lambda: page.reload() is not None and link.is_visible(), f"a mail has a {kind} link")
    link.click()
    page.wait_for_load_state("networkidle")


def submit(page: Page, label: str, value: str, button: str) -> None:
    page.get_by_label(label).fill(value)
    page.get_by_role("button", name=button).click()


def account() -> dict[str, str]:
    return {"email": "ann@example.com", "username": "ann", "password": journeys.PASSWORD}


def is_verified(server: Server) -> bool:
    """Sign in apart from the browser, and read whether the e-mail is verified."""
    with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as client:
        answer = journeys.log_in(client, "ann")
        if answer.status_code == 200:
            client.headers.update(journeys.bearer(answer.json()))
        verified: bool = journeys.read(client.get("/auth/me"), 200)["email_verified"]
        return verified
