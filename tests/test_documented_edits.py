"""All checks still pass after the edits that a render's README and docs/extending.md show.

The edits are taken from the documents and made one after another in one project. If a check fails
at the end, it is repeated after each edit to find the edit that broke it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from support import checks, databases, documents, journeys
from support.matrix import Cell
from support.servers import serving

EXTENDING = "docs/extending.md"
# In an order in which each edit finds the text that its section shows.
EDITS = (
    ("README.md", "Protect a route"),
    (EXTENDING, "A column of the user"),
    (EXTENDING, "Change the user"),
    (EXTENDING, "After the response"),
    (EXTENDING, "A WebSocket"),
    (EXTENDING, "A required column at registration"),
    (EXTENDING, "After a registration"),
    (EXTENDING, "Refuse breached passwords"),
    (EXTENDING, "Another table name"),
    (EXTENDING, "Another Base"),
    (EXTENDING, "Another prefix"),
    (EXTENDING, "Close registration"),
)
# Before all others, because it changes the first revisions.
UUIDS = (EXTENDING, "UUIDs as user IDs")
TIDYING = (EXTENDING, "Extending")
DELETION = (EXTENDING, "Delete the example")
TESTS_ABOUT_IDS = (
    *("tests/auth/contract", "tests/auth/test_tokens.py", "tests/cli/test_accounts.py"),
    *("tests/routes", "tests/test_migrations.py", "tests/test_models.py"),
)
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
EXAMPLE = re.compile(r"\bNote\b|\bnotes\b")
AUTH = "/api/v1/auth"
SENT = ("Authorization", "Cookie", "Origin")  # headers for the WebSocket handshake

Check = Callable[[Path], None]


def test_every_section_with_code_is_followed(render: Callable[[Cell], Path]) -> None:
    titles = {block.title for block in documents.blocks(render(Cell()) / EXTENDING)}

    followed = {title for file, title in (*EDITS, UUIDS, DELETION, TIDYING) if file == EXTENDING}
    assert titles == followed


@pytest.mark.parametrize(
    "cell", [Cell(), Cell("sync", "postgresql", "cookie", "argon2id")], ids=str
)
def test_documented_edits_leave_everything_green(
    cell: Cell,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    type_cache: Path,
    tmp_path: Path,
) -> None:
    project = editable(cell)
    database_url = new_database(cell)
    stages = {}
    first = [UUIDS] if cell.database == "postgresql" else []
    for file, title in (*first, *EDITS):
        for each in ((file, title), TIDYING):
            documents.follow(project, project / each[0], each[1], {"DATABASE_URL": database_url})
        stages[title] = Path(copytree(project, tmp_path / "stages" / title))

    def passes_its_tests(project: Path, *tests: str) -> None:
        checks.passes_its_tests(project, {"TEST_DATABASE_URL": new_database(cell)}, *tests)

    holds(stages, checks.is_formatted)
    holds(stages, checks.is_linted)
    holds(stages, lambda project: checks.is_typed(project, type_cache))
    holds(stages, passes_its_tests)
    works(project, cell, database_url)


@pytest.mark.parametrize("cell", [Cell(), Cell("sync", "mysql", "header")], ids=str)
def test_user_ids_can_be_uuids(
    cell: Cell,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    type_cache: Path,
) -> None:
    project = editable(cell)
    database_url = new_database(cell)

    for file, title in (UUIDS, TIDYING):
        documents.follow(project, project / file, title, {"DATABASE_URL": database_url})

    checks.is_linted(project)
    checks.is_typed(project, type_cache)
    env = {"TEST_DATABASE_URL": new_database(cell)}
    checks.passes_its_tests(project, env, *TESTS_ABOUT_IDS)


@pytest.mark.parametrize(
    "cell",
    [Cell(), Cell("async", "postgresql", "both"), Cell("sync", "mysql", "cookie")],
    ids=str,
)
def test_example_is_deleted_without_a_trace(
    cell: Cell,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    type_cache: Path,
    near_edits: tuple[str, ...],
) -> None:
    project = editable(cell)
    database_url = new_database(cell)

    for file, title in (DELETION, TIDYING):
        documents.follow(project, project / file, title, {"DATABASE_URL": database_url})

    code = [file.read_text() for file in (project / "app").rglob("*.py")]
    assert [text for text in code if EXAMPLE.search(text)] == []
    checks.is_formatted(project)
    checks.is_linted(project)
    checks.is_typed(project, type_cache)
    checks.passes_its_tests(project, {"TEST_DATABASE_URL": new_database(cell)}, *near_edits)


def holds(stages: dict[str, Path], check: Callable[..., None]) -> None:
    """Check the project after the last edit. On failure, name the edit that broke it."""
    try:
        check([*stages.values()][-1])
    except AssertionError as error:
        failed = FAILED.findall(str(error))
        edit = next((title for title, stage in stages.items() if fails(check, stage, failed)), "?")
        error.add_note(f"The edit that broke it: {edit}")
        raise


def fails(check: Callable[..., None], project: Path, tests: list[str]) -> bool:
    there = [test for test in tests if (project / test.partition("::")[0]).exists()]
    if tests and not there:
        return False
    try:
        check(project, *there)
    except AssertionError:
        return True
    return False


def works(project: Path, cell: Cell, database_url: str) -> None:
    """The served project behaves as the edits promise."""
    log, env = project.parent / "server.log", {"DATABASE_URL": database_url}
    with serving(project, log, env=env) as server:
        refused = httpx2.post(f"{server.url}{AUTH}/register", json=account())
        assert journeys.read(refused, 403)["detail"]["code"] == "registration_closed"
    with (
        serving(project, log, env={**env, "AUTH_REGISTRATION_OPEN": "true"}) as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        assert client.get("/whoami").status_code == 401
        assert open_updates(client) == "401"
        nameless = {**account(), "full_name": ""}
        assert client.post(f"{AUTH}/register", json=nameless).status_code == 422
        user = sign_up(client, cell)
        assert user["display_name"] is None
        assert journeys.read(client.get("/whoami"), 200) == {"username": "ann"}
        journeys.read(client.post("/exports"), 202)
        journeys.read(client.put("/profile/name", json={"name": "Ann A."}), 204)
        assert journeys.read(client.get(f"{AUTH}/me"), 200) == {**user, "display_name": "Ann A."}
        if cell.uses_headers:
            flow = client.get("/openapi.json").json()["components"]["securitySchemes"]["Bearer"]
            assert f"/{flow['flows']['password']['tokenUrl']}" == f"{AUTH}/token"
            assert open_updates(client) == '{"hello":"ann@example.com"}'
        if cell.uses_cookies:
            client.headers.pop("Authorization", None)
            assert open_updates(client) == '{"hello":"ann@example.com"}'
            assert open_updates(client, Origin="https://evil.example") == "403"
    assert f"Welcome, user {user['id']}" in server.output()
    assert f"Export of {user['id']}" in server.output()
    stored = databases.rows(database_url, "SELECT full_name, display_name FROM people")
    assert stored == [("Ann Archer", "Ann A.")]


def open_updates(client: httpx2.Client, **headers: str) -> str:
    """Return the message that the WebSocket sends, or the status of its refusal."""
    request = client.build_request("GET", "/updates", headers=headers)
    url = str(request.url).replace("http", "ws", 1)
    sent = {name: request.headers[name] for name in SENT if name in request.headers}
    try:
        with connect(url, additional_headers=sent, proxy=None) as websocket:
            return str(websocket.recv())
    except InvalidStatus as refusal:
        return str(refusal.response.status_code)


def account() -> dict[str, str]:
    names = {"email": "ann@example.com", "username": "ann", "full_name": "Ann Archer"}
    return {**names, "password": journeys.PASSWORD}


def sign_up(client: httpx2.Client, cell: Cell) -> dict[str, Any]:
    """Register a user, sign the client in, and return the user."""
    user: dict[str, Any] = journeys.read(client.post(f"{AUTH}/register", json=account()), 201)
    credentials = {"username_or_email": "ann", "password": journeys.PASSWORD}
    response = client.post(f"{AUTH}/login", json=credentials)
    if cell.uses_headers:
        client.headers.update(journeys.bearer(journeys.read(response, 200)))
    return user
