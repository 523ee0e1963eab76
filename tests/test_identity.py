"""Names and addresses that look or sort alike: every database gives the same verdict (SEC-16)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.matrix import DATABASES, Cell
from support.servers import Server
from support.stage import staged


@dataclass(frozen=True)
class Pair:
    """A registered identifier, another spelling, and the verdict on registering that one too."""

    what: str
    known: str
    tried: str
    verdict: str


TAKEN, NEW, REFUSED = "409 taken", "201", "422"
USERNAMES = (
    Pair("case", "admin", "ADMIN", TAKEN),
    Pair("full width", "anna", "\uff41nna", REFUSED),
    Pair("Kelvin sign", "karl", "\u212aarl", REFUSED),
    Pair("sharp s", "strasse", "stra\u00dfe", REFUSED),
    Pair("dotless i", "ivan", "\u0131van", REFUSED),
    Pair("dotted capital i", "irene", "\u0130rene", REFUSED),
    Pair("accent", "jose", "jos\u00e9", REFUSED),
    Pair("combining accent", "renee", "rene\u0301e", REFUSED),
    Pair("zero width", "peter", "pe\u200bter", REFUSED),
    Pair("trailing space", "maria", "maria ", REFUSED),
    Pair("leading space", "paula", " paula", REFUSED),
    Pair("NUL", "nora", "nora\0", REFUSED),
    Pair("emoji", "otto", "otto\U0001f600", REFUSED),
    Pair("dot", "john.doe", "johndoe", NEW),
    Pair("underscore", "li_na", "lixna", NEW),
)
EMAILS = (
    Pair("case", "admin@example.com", "ADMIN@EXAMPLE.COM", TAKEN),
    Pair("full width", "anna@example.com", "\uff41nna@example.com", TAKEN),
    Pair("full width domain", "bert@example.com", "bert@\uff45xample.com", TAKEN),
    Pair("Kelvin sign", "karl@example.com", "\u212aarl@example.com", TAKEN),
    Pair("sharp s", "strasse@example.com", "stra\u00dfe@example.com", TAKEN),
    Pair("ligature", "effie@example.com", "e\ufb03e@example.com", TAKEN),
    Pair("final sigma", "\u03bf\u03c3@example.com", "\u03bf\u03c2@example.com", TAKEN),
    Pair("composed", "ren\u00e9@example.com", "rene\u0301@example.com", TAKEN),
    Pair("dotless i", "ivan@example.com", "\u0131van@example.com", NEW),
    Pair("dotted capital i", "irene@example.com", "\u0130rene@example.com", NEW),
    Pair("accent", "jose@example.com", "jos\u00e9@example.com", NEW),
    Pair("Cyrillic", "paul@example.com", "\u0440aul@example.com", NEW),
    Pair("plus", "tom@example.com", "tom+news@example.com", NEW),
    Pair("zero width", "peter@example.com", "pe\u200bter@example.com", REFUSED),
    Pair("zero width joiner", "petra@example.com", "pe\u200dtra@example.com", REFUSED),
    Pair("trailing space", "maria@example.com", "maria@example.com ", REFUSED),
    Pair("inner space", "mario@example.com", "mario @example.com", REFUSED),
    Pair("NUL", "nora@example.com", "nora\0@example.com", REFUSED),
    Pair("emoji", "\U0001f600@example.com", "\U0001f601@example.com", NEW),
)


@pytest.fixture(scope="module")
def servers(
    render: Callable[[Cell], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Server]]:
    """Serve one render for each database."""
    with ExitStack() as stack:
        running = {}
        for database in DATABASES:
            cell = Cell(database=database, password_hash="argon2id")
            folder = tmp_path_factory.mktemp(str(cell))
            stage = stack.enter_context(staged(render(cell), cell, folder, people=1))
            running[database] = stack.enter_context(stage.launch())
        yield running


@pytest.mark.parametrize(("field", "pairs"), [("username", USERNAMES), ("email", EMAILS)])
def test_every_database_gives_the_same_verdict(
    field: str,
    pairs: tuple[Pair, ...],
    servers: dict[str, Server],
    record_property: Callable[[str, object], None],
) -> None:
    verdicts = {
        database: [judge(server, field, pair) for pair in pairs]
        for database, server in servers.items()
    }

    table = list(zip(pairs, *verdicts.values(), strict=True))
    lines = [f"{field:<18}{''.join(f'{database:<12}' for database in verdicts)}"]
    lines += [f"{pair.what:<18}{''.join(f'{said:<12}' for said in row)}" for pair, *row in table]
    print("", *lines, sep="\n")
    record_property("verdicts", "\n".join(lines))
    expected = [pair.verdict for pair in pairs]
    assert verdicts == dict.fromkeys(verdicts, expected)


def judge(server: Server, field: str, pair: Pair) -> str:
    """Register the known identifier and then the tried one; return what came of it."""
    with httpx2.Client(base_url=server.url) as client:
        journeys.read(client.post("/auth/register", json=account(field, pair.known, "a")), 201)
        answer = client.post("/auth/register", json=account(field, pair.tried, "b"))
    detail = answer.json().get("detail", {})
    if answer.status_code == 409:
        assert detail["code"] == f"{field}_taken"
        return TAKEN
    if answer.status_code == 422:
        assert [problem["loc"] for problem in detail] == [["body", field]]
    return str(answer.status_code)


def account(field: str, value: str, other: str) -> dict[str, str]:
    """Return an account with this value; its other identifier differs from all others."""
    rest = f"{other}{sum(value.encode()):x}.{len(value)}"
    free = {"username": rest, "email": f"{rest}@example.com"}
    return {**free, field: value, "password": journeys.PASSWORD}
