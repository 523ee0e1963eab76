"""A real browser, and pages of the origin of the API and of another."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    expect,
    sync_playwright,
)

from support.programs import required
from support.servers import Server, free_port, serving
from support.waiting import DEADLINE_SECONDS

# `statuses` are those of all responses, `changes` what the client has told the page.
CLIENT_PAGE = """<!doctype html><script type="module">
import { AuthClient } from "/client/auth";
const send = window.fetch;
Object.assign(window, { AuthClient, changes: [], statuses: [] });
window.fetch = async (...request) => {
  const response = await send(...request);
  statuses.push([new URL(response.url).pathname, response.status]);
  return response;
};
const store = STORE;
window.auth = new AuthClient({ store, onChange: (signedIn) => changes.push(signedIn) });
</script>"""


@contextmanager
def launched() -> Iterator[Browser]:
    program = required("chromium", "google-chrome")
    expect.set_options(timeout=DEADLINE_SECONDS * 1000)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


@contextmanager
def profile(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A new browser profile, whose tabs share cookies and storage."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(DEADLINE_SECONDS * 1000)
        yield context


@contextmanager
def watched_page(browser: Browser) -> Iterator[Page]:
    """A page of a new profile. No script of the profile may fail, and none may be blocked."""
    errors: list[str] = []
    with profile(browser) as context:
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", partial(note, errors))
        yield context.new_page()
    assert errors == []


def note(errors: list[str], message: ConsoleMessage) -> None:
    # Responses with an error status are expected.
    if message.type == "error" and "Failed to load resource" not in message.text:
        errors.append(message.text)


@contextmanager
def developing(
    project: Path,
    folder: Path,
    env: Mapping[str, str],
    port: int | None = None,
) -> Iterator[Server]:
    """Serve a render as in development, with links in mails that lead to this server."""
    port = port or free_port()
    link = f"http://127.0.0.1:{port}/auth/links/{{kind}}#token={{token}}"
    defaults = {"ENVIRONMENT": "development", "MAIL_LINK": link}
    with serving(project, folder / "log", env={**defaults, **env}, port=port) as server:
        yield server


def open_client(context: BrowserContext, url: str, built: Path, *, store: bool = False) -> Page:
    """Open a tab on the origin of the API. Its `auth` is the client of a render."""
    page = context.new_page()
    shared = '(await import("/client/stores")).sharedStore()'
    text = CLIENT_PAGE.replace("STORE", shared if store else "undefined")

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name:
            route.fulfill(content_type="text/javascript", path=built / f"{name}.js")
        else:
            route.fulfill(content_type="text/html", body=text)

    page.route("**/client/*", serve)
    page.goto(f"{url}/client/")
    page.wait_for_function("() => window.auth")
    return page


@contextmanager
def front_end(folder: Path) -> Iterator[str]:
    """Serve the pages in a folder on another origin, and yield it."""
    handler = partial(SilentHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass
