"""What a render exports after the edit in docs/production.md, and that no secret is in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from support import checks, databases, documents, journeys, mailservers
from support.collector import collecting
from support.mailservers import Inbox, receiving
from support.matrix import Cell
from support.servers import serving

CELLS = [Cell(), Cell("sync", "postgresql", "both")]
SECTION = ("docs/production.md", "Traces and metrics")
EMAIL = "ann@example.com"
DATABASE_PASSWORD = "the-password-of-the-database"
WRONG, NEW, RESET = (f"{word} horse battery staple" for word in ("wrong", "newer", "newest"))
TOKEN = re.compile(r'_token":"([^"]+)"')
JWT = re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}")
HASH = re.compile(rb"\$(?:bcrypt-sha256|2b|argon2id)\$")


SPANS = [b"GET /auth/me", b"POST /auth/login", b"INSERT INTO users", b"UPDATE auth_session"]
METRICS = [
    *(b"http.server.request.duration", b"auth.events"),
    *(b"authn_login_fail", b"authn_login_success", b"authn_token_reuse", b"user_created"),
    *(b"authn_password_change", b"success", b"failure"),
]


@dataclass
class Kept:
    """Every token in the bodies and the cookies of responses."""

    tokens: set[str] = field(default_factory=set)

    def keep(self, response: httpx2.Response) -> None:
        response.read()
        self.tokens |= {*TOKEN.findall(response.text), *response.cookies.values()}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_journey_is_exported_without_a_secret(
    cell: Cell,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    type_cache: Path,
    tmp_path: Path,
) -> None:
    project, database_url = editable(cell), new_database(cell)
    variables = follow_section(project)
    checks.is_formatted(project)
    checks.is_linted(project)
    checks.is_typed(project, type_cache)
    with collecting() as collector, receiving() as inbox:
        variables |= {
            "DATABASE_URL": database_url.replace("postgres@", f"postgres:{DATABASE_PASSWORD}@"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "AUTH_BCRYPT_ROUNDS": "10",
            **mailservers.settings(inbox.port),
        }
        with serving(project, tmp_path / "log", env=variables) as server:
            secrets = walk(server.url, inbox)
            databases.rename_table(database_url, "auth_session")
            with httpx2.Client(base_url=server.url) as client:
                assert log_in(client, RESET).status_code == 500
    exported = collector.received()

    assert len(secrets) > 20
    assert [secret for secret in secrets if secret.encode() in exported] == []
    assert [*JWT.findall(exported), *HASH.findall(exported)] == []
    assert missing(SPANS, collector.received("traces")) == []
    assert missing(METRICS, collector.received("metrics")) == []
    assert collector.received("logs") == b""
    failed = [span for span in collector.spans() if span.status.code == Status.STATUS_CODE_ERROR]
    assert {span.name.split()[0] for span in failed} >= {"INSERT", "SELECT", "POST"}
    assert [span.status.message for span in failed if span.status.message] == []
    assert [span.name for span in collector.spans() for event in span.events] == []


def missing(texts: list[bytes], exported: bytes) -> list[bytes]:
    return [text for text in texts if text not in exported]


def follow_section(project: Path) -> dict[str, str]:
    """Make the edits of the section, and return its variables."""
    page, title = SECTION
    *edits, variables = [one for one in documents.blocks(project / page) if one.title == title]
    for edit in edits:
        documents.change_file(project, edit)
    return dict(line.split("=", 1) for line in variables.text.splitlines())


def walk(url: str, inbox: Inbox) -> list[str]:
    """Use each flow once. Return everything that must stay secret."""
    mailed, kept = [], Kept()
    with httpx2.Client(base_url=url, event_hooks={"response": [kept.keep]}) as client:
        journeys.register(client, "ann")
        taken = {"email": EMAIL, "username": "Bob", "password": journeys.PASSWORD}
        journeys.read(client.post("/auth/register", json=taken), 409)
        mailed.append(inbox.token(0))
        proof = {"token": mailed[-1], "password": journeys.PASSWORD}
        journeys.read(client.post("/auth/email/verify", json=proof), 204)
        journeys.refuse(log_in(client, WRONG), "invalid_credentials")
        assert client.post("/auth/login", json={"password": WRONG}).status_code == 422

        tokens = journeys.read(log_in(client, journeys.PASSWORD), 200)
        journeys.read(client.get("/auth/me"), 200)
        journeys.read(client.post("/auth/refresh"), 204)
        client.cookies.clear()
        first = {"refresh_token": tokens["refresh_token"]}
        second = journeys.read(client.post("/auth/refresh", json=first), 200)
        latest = {"refresh_token": second["refresh_token"]}
        journeys.read(client.post("/auth/refresh", json=latest), 200)
        journeys.refuse(client.post("/auth/refresh", json=first), "session_ended")

        signed_in = journeys.bearer(journeys.read(log_in(client, journeys.PASSWORD), 200))
        change = {"current_password": journeys.PASSWORD, "new_password": NEW}
        changed = journeys.bearer(
            journeys.read(client.post("/auth/password", json=change, headers=signed_in), 200)
        )
        client.cookies.clear()
        inbox.wait_for(2)
        journeys.read(client.post("/auth/password/forgotten", json={"email": EMAIL}), 202)
        mailed.append(inbox.token(2))
        chosen = {"token": mailed[-1], "new_password": RESET}
        journeys.read(client.post("/auth/password/reset", json=chosen), 204)
        journeys.refuse(client.get("/auth/me", headers=changed), "session_ended")
        last = journeys.bearer(journeys.read(log_in(client, RESET), 200))
        journeys.read(client.post("/auth/logout", headers=last), 204)
    return [EMAIL, DATABASE_PASSWORD, journeys.PASSWORD, WRONG, NEW, RESET, *mailed, *kept.tokens]


def log_in(client: httpx2.Client, password: str) -> httpx2.Response:
    return client.post("/auth/login", json={"username_or_email": EMAIL, "password": password})
