"""On the page at /, people try authentication in a browser."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from support import documents, journeys, second_factors
from support.browsers import developing
from support.checks import is_formatted, is_linted, passes_its_tests
from support.matrix import Cell
from support.servers import Server

COOKIES, MEMORY = "cookies", re.compile("in a header")
WRONG = "The username, e-mail or password is wrong."

Render = Callable[[Cell], Path]
NewDatabase = Callable[[Cell], str]


@pytest.mark.parametrize(
    ("cell", "transport"),
    [
        (Cell(), COOKIES),
        (Cell("sync"), MEMORY),
        (Cell(transport="header"), None),
        (Cell("sync", transport="cookie"), None),
    ],
    ids=["both by cookies", "both by header", "header", "cookie"],
)
def test_user_registers_signs_in_ends_sessions_and_signs_out(
    cell: Cell,
    transport: str | None,
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    with developing(render(cell), tmp_path, {"DATABASE_URL": new_database(cell)}) as server:
        page.goto(server.url)
        if transport:
            page.get_by_role("radio", name=transport).check()
        register(page)
        sign_out(page)
        sign_in(page, "another long passphrase")
        expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(WRONG)
        for _ in range(2):
            sign_in_elsewhere(server)
        sign_in(page, journeys.PASSWORD)
        end_sessions(page)
        has_cookies = transport == COOKIES or cell.transport == "cookie"
        refresh(page, status=204 if has_cookies else 200)
        open_again(page, is_remembered=has_cookies)


def register(page: Page) -> None:
    form = page.get_by_role("form", name="Create an account")
    form.get_by_label("E-mail").fill("ann@example.com")
    form.get_by_label("Username").fill("ann")
    password = form.get_by_label("New password")
    password.fill("short")
    form.get_by_role("button").click()
    expect(password).to_have_accessible_description(re.compile("at least 15 characters"))
    expect(password).to_be_focused()
    password.fill(journeys.PASSWORD)
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", name="ann")).to_be_focused()
    expect(sessions(page)).to_have_count(1)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Mailbox", exact=True).click()
    expect(popup.value.get_by_text("(to ann@example.com)")).to_be_visible()


def sign_in(page: Page, password: str) -> None:
    form = page.get_by_role("form", name="Sign in")
    form.get_by_label("Username or e-mail").fill("ann")
    form.get_by_label("Password").fill(password)
    form.get_by_role("button").click()


def sign_out(page: Page) -> None:
    with page.expect_response("**/auth/logout") as ended:
        page.get_by_role("button", name="Sign out").click()
    assert ended.value.status == 204
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    expect(page.get_by_role("heading", name="ann")).to_be_hidden()


def sign_in_elsewhere(server: Server) -> None:
    with httpx2.Client(base_url=server.url, headers={"User-Agent": "curl/8"}) as client:
        assert journeys.log_in(client, "ann").status_code in {200, 204}


def end_sessions(page: Page) -> None:
    expect(sessions(page)).to_have_count(3)
    sessions(page).filter(has_text="curl").first.get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("The session has ended.")
    expect(sessions(page)).to_have_count(2)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("status")).to_have_text("All other sessions have ended.")
    expect(sessions(page)).to_have_text([re.compile("Chrome on Linux.*this session")])


def refresh(page: Page, *, status: int) -> None:
    """Let one request fail as with an expired access token. The page refreshes and repeats it."""

    def expire(route: Route) -> None:
        route.fulfill(status=401, json={"detail": {"code": "invalid_token", "message": ""}})

    page.route("**/auth/sessions", expire, times=1)
    with page.expect_response("**/auth/refresh") as renewed:
        page.get_by_role("button", name="End all others").click()
    assert renewed.value.status == status
    expect(page.get_by_role("status")).to_have_text("All other sessions have ended.")
    expect(sessions(page)).to_have_count(1)


def open_again(page: Page, *, is_remembered: bool) -> None:
    page.reload()
    signed_in = page.get_by_role("heading", name="ann", exact=True)
    signed_out = page.get_by_role("heading", name="Sign in", exact=True)
    expect(signed_in if is_remembered else signed_out).to_be_visible()
    if is_remembered:
        sign_out(page)


def sessions(page: Page) -> Locator:
    return page.get_by_role("listitem")


def test_accessible_page_asks_for_the_second_factor(
    render: Render,
    new_database: NewDatabase,
    page: Page,
    tmp_path: Path,
) -> None:
    cell = Cell(features=("totp",))
    env = {"DATABASE_URL": new_database(cell)}
    with developing(render(cell), tmp_path, env) as server:
        with httpx2.Client(base_url=server.url) as client:
            journeys.register(client, "ann")
        (factor,) = second_factors.factors(render(cell), 0, env=env)
        code = page.get_by_label("Code of the authenticator")

        page.goto(server.url)
        sign_in(page, "another long passphrase")
        expect(page.get_by_text(WRONG)).to_be_visible()
        assert_accessible(page)
        sign_in(page, journeys.PASSWORD)
        code.fill("000 000")
        page.get_by_role("button", name="Continue").click()
        expect(code).to_have_accessible_description(re.compile("The code is wrong"))
        assert_accessible(page)
        code.fill(pyotp.TOTP(factor.seed).now())
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="ann")).to_be_visible()
        assert_accessible(page)

        sign_out(page)
        sign_in(page, journeys.PASSWORD)
        code.fill(factor.recovery_code)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="ann")).to_be_visible()


def assert_accessible(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_page_is_deleted_without_a_trace(editable: Render, new_database: NewDatabase) -> None:
    cell = Cell(transport="header")
    project = editable(cell)

    documents.follow(project, project / "docs/development.md", "The start page", {})

    is_formatted(project)
    is_linted(project)
    tests = ("tests/test_docs.py", "tests/routes")
    passes_its_tests(project, {"TEST_DATABASE_URL": new_database(cell)}, *tests)
