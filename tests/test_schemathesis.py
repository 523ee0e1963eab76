"""Every response matches the OpenAPI document, for any request."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from support.commands import run
from support.matrix import Cell, cells
from support.seeding import Person
from support.stage import Stage, staged

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
)
EXAMPLES = 25
SEED = 1
LIMITS = ("LOGIN", "REGISTER", "REFRESH", "MAIL", "TOKEN")
# Serve the document, and disable the limits.
SETTINGS = {"DOCS": "true", **{f"AUTH_LIMIT_{name}": "1000000/second" for name in LIMITS}}
FAST_HASHING = {"bcrypt": {"AUTH_BCRYPT_ROUNDS": "10"}, "argon2id": {}}

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module", params=cells(database="sqlite"), ids=str)
def stage(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Stage, str]]:
    """Serve a render. Yield its stage and its address."""
    cell: Cell = request.param
    folder = tmp_path_factory.mktemp(str(cell))
    settings = SETTINGS | FAST_HASHING[cell.password_hash]
    with staged(render(cell), cell, folder, people=2) as stage, stage.launch(settings) as server:
        yield stage, server.url
        assert "Traceback" not in server.output(), server.output()


def test_responses_without_a_token_are_documented(stage: tuple[Stage, str]) -> None:
    place, url = stage

    explore(url, place.folder)


def test_responses_to_users_are_documented(stage: tuple[Stage, str]) -> None:
    place, url = stage

    for headers in credentials(place.cell, place.people[0]):
        # Logging out ends the session, so only requests without one test it.
        explore(url, place.folder, "--exclude-path", "/auth/logout", headers=headers)


def credentials(cell: Cell, person: Person) -> Iterator[Mapping[str, str]]:
    """Yield the headers of each way to authenticate."""
    if cell.uses_headers:
        yield {"Authorization": f"Bearer {person.access_token}"}
    if cell.uses_cookies:
        yield {"Cookie": f"__Host-access_token={person.access_token}"}


def explore(
    url: str,
    folder: Path,
    *options: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send valid and invalid requests. Fail with every response that the document excludes."""
    sent = [f"--header={name}: {value}" for name, value in (headers or {}).items()]
    run(
        *(SCHEMATHESIS, "run", f"{url}/openapi.json", *sent, *options),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(EXAMPLES), "--seed", str(SEED), "--generation-database", "none"),
        *("--warnings", "off", "--no-shrink"),
        cwd=folder,
    )
