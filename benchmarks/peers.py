"""Similar libraries as subjects, with users and a token from their own login."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from pwdlib import PasswordHash

from benchmarks import databases
from benchmarks.people import PASSWORD, write
from benchmarks.renders import ROOT, settings
from benchmarks.servers import serving
from benchmarks.stage import Filled
from benchmarks.subjects import Subject

FORM = "application/x-www-form-urlencoded"
# The table of fastapi-users. The other libraries have no user table.
TABLE = """CREATE TABLE peer_user (id serial PRIMARY KEY, email varchar(320) UNIQUE NOT NULL,
    hashed_password varchar(1024) NOT NULL, is_active boolean NOT NULL,
    is_superuser boolean NOT NULL, is_verified boolean NOT NULL)"""


def peers(people: Filled) -> list[Subject]:
    """Create the table and the logins that the libraries need, and log in to each of them."""
    hashed = PasswordHash.recommended().hash(PASSWORD)
    databases.execute(
        people.database,
        TABLE,
        f"""INSERT INTO peer_user (email, hashed_password, is_active, is_superuser, is_verified)
            SELECT email, '{hashed}', true, false, true FROM users ORDER BY id""",
        "VACUUM ANALYZE peer_user",
    )
    write(people.lines / "forms", [FORM, *map(_form, _emails(people))])
    found = [
        _peer(people, "authx", "authx_app", "/me"),
        _peer(people, "fastapi-login", "fastapi_login_app", "/me"),
        _peer(people, "fastapi-users", "fastapi_users_jwt", "/me"),
    ]
    for subject in found:
        _log_in(subject)
    return found


def _peer(people: Filled, name: str, module: str, me_path: str) -> Subject:
    return Subject(
        name=name,
        application=f"benchmarks.apps.{module}:app",
        folder=ROOT,
        environment=settings("async", people.database),
        me_path=me_path,
        access_tokens=people.lines / f"{module}_tokens",
        login_path="/login",
        logins=people.lines / "forms",
    )


def _log_in(subject: Subject) -> None:
    body = subject.logins.read_text().splitlines()[1]
    with serving(subject) as server:
        request = Request(server.url(subject.login_path), body.encode(), {"Content-Type": FORM})
        with urlopen(request) as answer:
            write(subject.access_tokens, [json.load(answer)["access_token"]])


def _form(email: str) -> str:
    return urlencode({"username": email, "password": PASSWORD})


def _emails(people: Filled) -> list[str]:
    rows = databases.execute(people.database, "SELECT email FROM users ORDER BY id")
    return [str(email) for (email,) in rows]
