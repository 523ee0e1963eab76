"""In a browser, the client of a render refreshes once for all tabs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from support import browsers, databases, journeys
from support.matrix import Cell
from support.seeding import TESTS
from support.servers import Server, is_ready, launched
from support.typescript import compiled_client
from support.waiting import wait_until

BOTH, COOKIE = Cell(), Cell(transport="cookie")
HEADER = Cell("sync", "sqlite", "header", "argon2id")
REFRESH = "**/auth/refresh"
SIGN_IN = """async ([name, password]) =>
  (await auth.signIn("login", { username_or_email: name, password })).status"""
CHANGE_PASSWORD = """async ([current_password, new_password]) =>
  (await auth.signIn("password", { current_password, new_password })).status"""
LOG_OUT = "async () => (await auth.logout()).status"
# A second client in the same tab.
IN_MEMORY = """async ([name, password]) => {
  const { memoryStore } = await import("/client/stores");
  const own = new AuthClient({ store: memoryStore() });
  await own.signIn("login", { username_or_email: name, password });
  const signedIn = (await own.fetch("/auth/me")).status;
  return [signedIn, (await own.logout()).status, (await own.fetch("/auth/me")).status];
}"""
# Two requests at once, whose results the test reads later.
ASK = """() => { window.asked = Promise.all(["/auth/me", "/notes"].map(async (path) => {
  try { return (await auth.fetch(path)).status; } catch { return "no response"; }
})); }"""
ASKED = "() => window.asked"
REFUSED = "() => statuses.filter(([, status]) => status === 401).length >= 2"
ACCESS_SECONDS = 16 * 60
NEW_PASSWORD = "another long passphrase"


@dataclass
class Stage:
    """Two tabs with the client of a render, and the server."""

    server: Server
    database_url: str
    ahead: Path
    context: BrowserContext
    tabs: list[Page]
    store: bool
    refreshes: list[Request]

    def expire_access_tokens(self) -> None:
        self.ahead.write_text(str(int(self.ahead.read_text()) + ACCESS_SECONDS))
        self.refreshes.clear()

    def ask(self, *tabs: Page) -> list[int | str]:
        """Send two requests in each of the tabs, and return the results."""
        for tab in tabs:
            tab.evaluate(ASK)
        return [result for tab in tabs for result in tab.evaluate(ASKED)]

    def changes(self) -> list[list[bool]]:
        """Return what the client has told each tab since the last call."""
        return [tab.evaluate("() => changes.splice(0)") for tab in self.tabs]

    def next_changes(self) -> list[list[bool]]:
        """Wait until the client has told each tab something, and return it."""
        for tab in self.tabs:
            tab.wait_for_function("() => changes.length > 0")
        return self.changes()

    def generations(self) -> list[int]:
        query = "SELECT generation FROM auth_session WHERE revoked_at IS NULL"
        return [generation for (generation,) in databases.rows(self.database_url, query)]


@pytest.fixture(
    params=[
        (BOTH, False),
        (BOTH, True),
        (COOKIE, False),
        (HEADER, True),
    ],
    ids=["both-cookie", "both-header", "cookie", "header"],
)
def stage(
    request: pytest.FixtureRequest,
    browser: Browser,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    shared: Path,
    tmp_path: Path,
) -> Iterator[Stage]:
    cell, store = request.param
    built = compiled_client(render, cell, shared)
    ahead, database_url = tmp_path / "ahead", new_database(cell)
    ahead.write_text("0")
    env = {
        **{"ENVIRONMENT": "development", "DATABASE_URL": database_url},
        **{"PYTHONPATH": str(TESTS), "SECONDS_AHEAD": str(ahead)},
        **({"AUTH_BCRYPT_ROUNDS": "10"} if cell.password_hash == "bcrypt" else {}),
    }
    with (
        launched(
            render(cell), tmp_path / "log", env=env, application="support.clocked:app"
        ) as server,
        browsers.profile(browser) as context,
    ):
        wait_until(lambda: is_ready(server.url), "the server is ready")
        with httpx2.Client(base_url=server.url) as client:
            journeys.register(client, "ann")
        tabs = [browsers.open_client(context, server.url, built, store=store) for _ in range(2)]
        stage = Stage(server, database_url, ahead, context, tabs, store, [])
        context.on("request", lambda request: note(stage.refreshes, request))
        yield stage


def note(refreshes: list[Request], request: Request) -> None:
    if request.url.endswith("/auth/refresh"):
        refreshes.append(request)


def test_tabs_share_one_session(stage: Stage) -> None:
    sign_in_is_noticed_in_all_tabs(stage, journeys.PASSWORD)
    session_in_memory_is_another_one(stage)
    tabs_refresh_once(stage)
    lost_response_is_asked_for_again(stage)
    network_errors_do_not_sign_out(stage)
    new_password_is_noticed_in_all_tabs(stage)
    ended_session_signs_out_once(stage)
    sign_in_is_noticed_in_all_tabs(stage, NEW_PASSWORD)
    logout_signs_out_all_tabs(stage)


def sign_in_is_noticed_in_all_tabs(stage: Stage, password: str) -> None:
    refused = stage.tabs[0].evaluate(SIGN_IN, ["ann", "a wrong passphrase"])
    accepted = stage.tabs[0].evaluate(SIGN_IN, ["ann", password])

    assert refused == 401
    assert accepted in {200, 204}
    assert bool(stage.context.cookies()) != stage.store
    assert stage.next_changes() == [[True], [True]]
    assert stage.ask(*stage.tabs) == [200] * 4
    assert stage.refreshes == []


def session_in_memory_is_another_one(stage: Stage) -> None:
    if stage.store:
        own = stage.tabs[0].evaluate(IN_MEMORY, ["ann", journeys.PASSWORD])

        assert own == [200, 204, 401]
        assert stage.ask(*stage.tabs) == [200] * 4
        assert stage.changes() == [[], []]


def tabs_refresh_once(stage: Stage) -> None:
    before, held = stage.generations(), list[Route]()
    stage.expire_access_tokens()
    stage.context.route(REFRESH, lambda route: held.append(route))
    for tab in stage.tabs:
        tab.evaluate("() => statuses.splice(0)")
        tab.evaluate(ASK)
    for tab in stage.tabs:
        tab.wait_for_function(REFUSED)
    wait_until(lambda: stage.tabs[0].evaluate("true") and len(held) > 0, "a tab refreshes")
    held[0].continue_()
    stage.context.unroute(REFRESH)

    assert [result for tab in stage.tabs for result in tab.evaluate(ASKED)] == [200] * 4
    assert len(stage.refreshes) == 1
    assert stage.generations() == [before[0] + 1]
    assert stage.changes() == [[], []]


def lost_response_is_asked_for_again(stage: Stage) -> None:
    """Browsers delete expired cookies, so the request before it has none."""
    before = stage.generations()
    stage.expire_access_tokens()
    stage.context.clear_cookies(name="access_token")

    def lose(route: Route) -> None:
        sent, cookies = route.request, stage.context.cookies()
        answer = httpx2.post(
            sent.url,
            content=sent.post_data_buffer or b"",
            headers=sent.headers,
            cookies={cookie["name"]: cookie["value"] for cookie in cookies},
        )
        assert answer.status_code == (200 if stage.store else 204)
        route.abort()

    stage.context.route(REFRESH, lose, times=1)

    assert stage.ask(stage.tabs[0]) == [200, 200]
    assert len(stage.refreshes) == 2
    assert stage.generations() == [before[0] + 1]


def network_errors_do_not_sign_out(stage: Stage) -> None:
    stage.context.set_offline(True)
    without_network = stage.ask(*stage.tabs)
    stage.context.set_offline(False)

    assert without_network == ["no response"] * 4
    assert stage.ask(*stage.tabs) == [200] * 4
    assert stage.changes() == [[], []]


def new_password_is_noticed_in_all_tabs(stage: Stage) -> None:
    stage.expire_access_tokens()

    passwords = [journeys.PASSWORD, NEW_PASSWORD]
    changed = stage.tabs[1].evaluate(CHANGE_PASSWORD, passwords)

    assert changed in {200, 204}
    assert stage.ask(*stage.tabs) == [200] * 4
    assert len(stage.refreshes) == 1
    assert stage.changes() == [[], []]


def ended_session_signs_out_once(stage: Stage) -> None:
    stage.refreshes.clear()
    with httpx2.Client(base_url=stage.server.url, headers={"Origin": stage.server.url}) as client:
        credentials = {"username_or_email": "ann", "password": NEW_PASSWORD}
        answer = client.post("/auth/login", json=credentials)
        if answer.status_code == 200:
            client.headers.update(journeys.bearer(answer.json()))
        journeys.read(client.delete("/auth/sessions"), 204)
        journeys.read(client.post("/auth/logout"), 204)

    assert stage.ask(*stage.tabs) == [401] * 4
    assert stage.next_changes() == [[False], [False]]
    assert stage.ask(*stage.tabs) == [401] * 4
    assert len(stage.refreshes) <= 4  # one for the requests of each tab, each time
    assert stage.changes() == [[], []]
    stage.refreshes.clear()


def logout_signs_out_all_tabs(stage: Stage) -> None:
    stage.expire_access_tokens()

    assert stage.tabs[1].evaluate(LOG_OUT) == 204
    assert stage.next_changes() == [[False], [False]]
    assert stage.generations() == []
    assert stage.ask(*stage.tabs) == [401] * 4
