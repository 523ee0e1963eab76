"""Every database treats similar names and addresses in the same way (SEC-16)."""

import secrets
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
    """A registered identifier and another spelling of it.

    `verdict` is the result of registering the other spelling, and `login` of logging in with it.
    """

    what: str
    known: str
    tried: str
    verdict: str
    login: str


TAKEN, NEW, REFUSED = "409 taken", "201", "422"
SAME, OTHER = "200", "401"
USERNAMES = (
    Pair("case", "admin", "ADMIN", TAKEN, SAME),
    Pair("full width", "anna", "\uff41nna", REFUSED, SAME),
    Pair("Kelvin sign", "karl", "\u212aarl", REFUSED, SAME),
    Pair("sharp s", "strasse", "stra\u00dfe", REFUSED, SAME),
    Pair("dotless i", "ivan", "\u0131van", REFUSED, OTHER),
    Pair("dotted capital i", "irene", "\u0130rene", REFUSED, OTHER),
    Pair("accent", "jose", "jos\u00e9", REFUSED, OTHER),
    Pair("combining accent", "renee", "rene\u0301e", REFUSED, OTHER),
    Pair("zero width", "peter", "pe\u200bter", REFUSED, SAME),
    Pair("trailing space", "maria", "maria ", TAKEN, SAME),
    Pair("leading space", "paula", " paula", TAKEN, SAME),
    Pair("space, zero width", "petra", "petra \u200b", REFUSED, SAME),
    Pair("inner space", "mario", "ma rio", REFUSED, OTHER),
    Pair("NUL", "nora", "nora\0", REFUSED, OTHER),
    Pair("emoji", "otto", "otto\U0001f600", REFUSED, OTHER),
    Pair("dot", "john.doe", "johndoe", NEW, OTHER),
    Pair("underscore", "li_na", "lixna", NEW, OTHER),
)
EMAILS = (
    Pair("case", "admin@example.com", "ADMIN@EXAMPLE.COM", TAKEN, SAME),
    Pair("full width", "anna@example.com", "\uff41nna@example.com", TAKEN, SAME),
    Pair("full width domain", "bert@example.com", "bert@\uff45xample.com", TAKEN, SAME),
    Pair("Kelvin sign", "karl@example.com", "\u212aarl@example.com", TAKEN, SAME),
    Pair("sharp s", "strasse@example.com", "stra\u00dfe@example.com", TAKEN, SAME),
    Pair("ligature", "effie@example.com", "e\ufb03e@example.com", TAKEN, SAME),
    Pair("final sigma", "\u03bf\u03c3@example.com", "\u03bf\u03c2@example.com", TAKEN, SAME),
    Pair("composed", "ren\u00e9@example.com", "rene\u0301@example.com", TAKEN, SAME),
    Pair("dotless i", "ivan@example.com", "\u0131van@example.com", NEW, OTHER),
    Pair("dotted capital i", "irene@example.com", "\u0130rene@example.com", NEW, OTHER),
    Pair("accent", "jose@example.com", "jos\u00e9@example.com", NEW, OTHER),
    Pair("Cyrillic", "paul@example.com", "\u0440aul@example.com", NEW, OTHER),
    Pair("plus", "tom@example.com", "tom+news@example.com", NEW, OTHER),
    Pair("zero width", "peter@example.com", "pe\u200bter@example.com", REFUSED, SAME),
    Pair("zero width joiner", "petra@example.com", "pe\u200dtra@example.com", REFUSED, SAME),
    Pair("grapheme joiner", "piet@example.com", "pi\u034fet@example.com", REFUSED, SAME),
    Pair("variation mark", "pia@example.com", "pia\ufe0f@example.com", REFUSED, SAME),
    Pair("Hangul filler", "pola@example.com", "pola\u3164@example.com", REFUSED, SAME),
    Pair("trailing space", "maria@example.com", "maria@example.com ", TAKEN, SAME),
    Pair("leading space", "paula@example.com", " paula@example.com", TAKEN, SAME),
    Pair("inner space", "mario@example.com", "mario @example.com", REFUSED, OTHER),
    Pair("NUL", "nora@example.com", "nora\0@example.com", REFUSED, OTHER),
    Pair("emoji", "\U0001f600@example.com", "\U0001f601@example.com", NEW, OTHER),
    Pair("full-width at", "uta@example.com", "uta\uff20example.com", REFUSED, SAME),
    Pair("to Punycode", "ute@ex\u00e4mple.de", "ute@xn--exmple-cua.de", TAKEN, SAME),
    Pair("from Punycode", "uwe@xn--exmple-cua.de", "uwe@EX\u00c4MPLE.de", TAKEN, SAME),
    Pair("full stop", "udo@mail.example.com", "udo@mail\u3002example.com", TAKEN, SAME),
    Pair("sharp s in domain", "ulf@strasse.de", "ulf@stra\u00dfe.de", NEW, OTHER),
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
    said = {
        database: [judge(server, field, pair) for pair in pairs]
        for database, server in servers.items()
    }

    table = "\n".join(rows(field, pairs, said))
    print(f"\n{table}")
    record_property("identity", table)
    expected = [f"{pair.verdict}, {pair.login}" for pair in pairs]
    assert said == dict.fromkeys(said, expected), table


def rows(field: str, pairs: tuple[Pair, ...], said: dict[str, list[str]]) -> Iterator[str]:
    """Return a line for each pair, with the verdict and the login."""
    yield f"{field:<18}" + "".join(f"{database:<16}" for database in said)
    for pair, *verdicts in zip(pairs, *said.values(), strict=True):
        yield f"{pair.what:<18}" + "".join(f"{verdict:<16}" for verdict in verdicts)


def judge(server: Server, field: str, pair: Pair) -> str:
    """Register the known identifier, log in with the other spelling, then register that too."""
    with httpx2.Client(base_url=server.url) as client:
        known = account(field, pair.known)
        journeys.read(client.post("/auth/register", json=known), 201)
        login = journeys.log_in(client, pair.tried).status_code
        answer = client.post("/auth/register", json=account(field, pair.tried))
    return f"{verdict_of(answer, field)}, {login}"


def verdict_of(answer: httpx2.Response, field: str) -> str:
    detail = answer.json().get("detail", {})
    if answer.status_code == 409:
        assert detail["code"] == f"{field}_taken"
        return TAKEN
    if answer.status_code == 422:
        assert [problem["loc"] for problem in detail] == [["body", field]]
    return str(answer.status_code)


def account(field: str, value: str) -> dict[str, str]:
    """Return an account with this value. Its other identifier is unique."""
    other = f"n{secrets.token_hex(8)}"
    free = {"username": other, "email": f"{other}@example.com"}
    return {**free, field: value, "password": journeys.PASSWORD}
