"""Mails of a served render reach a real mail server, once, whatever happens to both."""

import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from support import databases, journeys, mailservers
from support.commands import module, run
from support.mailservers import HOSTILE, Inbox, hostile, receiving
from support.matrix import Cell, cells
from support.servers import serving

CELLS = cells(transport="both", password_hash="bcrypt")
# What happens to processes and mail servers is the same for every database.
FLAVOURS = [Cell("async"), Cell("sync")]
FAST_HASHING = {"AUTH_BCRYPT_ROUNDS": "10"}
NEW_PASSWORD = "incorrect horse battery staple"
CALLERS = 50
MAILS = 9
SENDERS = 4

Render = Callable[[Cell], Path]
NewDatabase = Callable[[Cell], str]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_flow_works_with_a_mail_server(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    database_url = new_database(cell)
    with receiving() as inbox:
        env = {"DATABASE_URL": database_url, **FAST_HASHING, **mailservers.settings(inbox.port)}
        with (
            serving(render(cell), tmp_path / "server.log", env=env) as server,
            httpx2.Client(base_url=server.url) as client,
        ):
            tokens = walk(client, inbox)
            log = server.output()

    assert [message["Subject"] for message in inbox.messages] == [
        "Verify your e-mail address",
        "Choose a new password",
        "Your password has changed",
        "Confirm your new e-mail address",
        "Your e-mail address has changed",
        "Your account is deleted",
    ]
    assert Counter(inbox.recipients) == {"ann@example.com": 4, "new@example.com": 2}
    assert [token for token in tokens if token in log] == []


def walk(client: httpx2.Client, inbox: Inbox) -> list[str]:
    """Verify, reset, step up, change the e-mail and delete. Return the tokens of the mails."""
    journeys.register(client, "ann")
    verification = inbox.token(0)
    proof = {"token": verification, "password": journeys.PASSWORD}
    journeys.read(client.post("/auth/email/verify", json=proof), 204)

    email = {"email": "ann@example.com"}
    journeys.read(client.post("/auth/password/forgotten", json=email), 202)
    forgotten = inbox.token(1)
    chosen = {"token": forgotten, "new_password": NEW_PASSWORD}
    journeys.read(client.post("/auth/password/reset", json=chosen), 204)
    journeys.refuse(client.post("/auth/password/reset", json=chosen), "invalid_token")
    inbox.wait_for(3)

    login = {"username_or_email": "ann", "password": NEW_PASSWORD}
    signed_in = journeys.bearer(journeys.read(client.post("/auth/login", json=login), 200))
    client.cookies.clear()
    again = client.post("/auth/reauthenticate", json={"password": NEW_PASSWORD}, headers=signed_in)
    headers = journeys.bearer(journeys.read(again, 200))
    journeys.refuse(client.get("/auth/me", headers=signed_in), "session_ended")

    other = {"new_email": "new@example.com", "current_password": NEW_PASSWORD}
    journeys.read(client.post("/auth/email", json=other, headers=headers), 202)
    change = inbox.token(3)
    answer = client.post("/auth/email/confirm", json={"token": change}, headers=headers)
    user = journeys.read(answer, 200)
    assert (user["email"], user["email_verified"]) == ("new@example.com", True)
    inbox.wait_for(5)

    body = {"current_password": NEW_PASSWORD}
    answer = client.request("DELETE", "/auth/me", json=body, headers=headers)
    journeys.read(answer, 204)
    journeys.refuse(client.get("/auth/me", headers=headers), "session_ended")
    inbox.wait_for(6)
    return [verification, forgotten, change]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_racing_redemptions_change_one_password(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    database_url = new_database(cell)
    with receiving() as inbox:
        env = {"DATABASE_URL": database_url, **FAST_HASHING, **mailservers.settings(inbox.port)}
        project = render(cell)
        run(*module("alembic", "upgrade", "head"), cwd=project, env=env)
        with serving(project, tmp_path / "server.log", env=env, workers=2) as server:
            with httpx2.Client(base_url=server.url) as client:
                journeys.register(client, "ann")
                inbox.wait_for(1)
                client.post("/auth/password/forgotten", json={"email": "ann@example.com"})
            token = inbox.token(1)

            def redeem(number: int) -> int:
                chosen = {"token": token, "new_password": f"{NEW_PASSWORD} {number}"}
                url = f"{server.url}/auth/password/reset"
                return httpx2.post(url, json=chosen, timeout=60).status_code

            with ThreadPoolExecutor(CALLERS) as callers:
                statuses = Counter(callers.map(redeem, range(CALLERS)))

    used = "SELECT count(*) FROM auth_mail WHERE kind = 'reset_password' AND used_at IS NOT NULL"
    assert statuses == {204: 1, 401: CALLERS - 1}
    assert databases.rows(database_url, used) == [(1,)]


@pytest.mark.parametrize("cell", FLAVOURS, ids=str)
def test_no_row_holds_a_token(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    database_url = new_database(cell)
    with receiving() as inbox:
        env = {"DATABASE_URL": database_url, **FAST_HASHING, **mailservers.settings(inbox.port)}
        with (
            serving(render(cell), tmp_path / "server.log", env=env) as server,
            httpx2.Client(base_url=server.url) as client,
        ):
            for number in range(20):
                journeys.register(client, f"person{number}")
            tokens = [inbox.token(number) for number in range(20)]

    dump = str([databases.rows(database_url, f"SELECT * FROM {table}") for table in TABLES])
    assert [token for token in tokens if token in dump or token.partition(".")[2] in dump] == []
    assert tokens[0].partition(".")[0] in dump


TABLES = ("users", "auth_mail", "auth_session", "auth_throttle")


@pytest.mark.parametrize("hostility", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("cell", FLAVOURS, ids=str)
def test_hostile_mail_server_changes_no_response(
    cell: Cell,
    hostility: mailservers.Hostility,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    """A response that waited for a silent server would exceed the timeout of the client."""
    project, database_url = render(cell), new_database(cell)
    env = {"DATABASE_URL": database_url, **FAST_HASHING}
    with hostile(hostility) as trap:
        mail = mailservers.settings(trap.port)
        with serving(project, tmp_path / "server.log", env={**env, **mail}) as server:
            with httpx2.Client(base_url=server.url) as client:
                for number in range(MAILS):
                    journeys.register(client, f"person{number}")
                for email in ("person0@example.com", "nobody@example.com"):
                    answer = client.post("/auth/password/forgotten", json={"email": email})
                    assert journeys.read(answer, 202) == {}
            assert trap.caught.wait(60)
            os.killpg(server.process.pid, signal.SIGKILL)

    make_due(database_url)
    with receiving() as inbox:
        send_mails(project, {**env, **mailservers.settings(inbox.port)})

    assert len(inbox.messages) == MAILS + 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
@pytest.mark.parametrize("cell", FLAVOURS, ids=str)
def test_ended_process_loses_no_mail(
    cell: Cell,
    end: signal.Signals,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    """It ends between the commit and the sending, while the mail server keeps it waiting."""
    project, database_url = render(cell), new_database(cell)
    env = {"DATABASE_URL": database_url, **FAST_HASHING}
    with hostile(mailservers.say_nothing) as trap:
        mail = mailservers.settings(trap.port)
        with serving(project, tmp_path / "server.log", env={**env, **mail}) as server:
            with httpx2.Client(base_url=server.url) as client:
                journeys.register(client, "ann")
            assert trap.caught.wait(60)
            os.killpg(server.process.pid, end)
            server.process.wait()

    with receiving() as inbox:
        settings = {**env, **mailservers.settings(inbox.port)}
        assert send_mails(project, settings) == "Sent 0 mails."  # the dead process has claimed it
        make_due(database_url)
        assert send_mails(project, settings) == "Sent 1 mails."
        assert send_mails(project, settings) == "Sent 0 mails."

    assert inbox.recipients == ["ann@example.com"]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_several_senders_send_each_mail_once(
    cell: Cell,
    render: Render,
    new_database: NewDatabase,
    tmp_path: Path,
) -> None:
    project, database_url = render(cell), new_database(cell)
    env = {"DATABASE_URL": database_url, "ENVIRONMENT": "production", **FAST_HASHING}
    env |= {"AUTH_COOKIE_SECURE": "true"}
    run(*module("alembic", "upgrade", "head"), cwd=project, env=env)
    with (
        serving(project, tmp_path / "server.log", env=env) as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        for number in range(MAILS):
            journeys.register(client, f"person{number}")

    with receiving() as inbox:
        settings = {**env, **mailservers.settings(inbox.port)}
        with ThreadPoolExecutor(SENDERS) as senders:
            said = list(senders.map(lambda _: send_mails(project, settings), range(SENDERS)))

    sent = [int(each.split()[1]) for each in said]
    assert sum(sent) == MAILS
    assert sorted(inbox.recipients) == sorted(f"person{n}@example.com" for n in range(MAILS))


def make_due(database_url: str) -> None:
    """Let no claimed mail wait any longer, in a SQLite database."""
    file = database_url.partition("///")[2]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE auth_mail SET next_attempt_at = 0 WHERE sent_at IS NULL")
        connection.commit()


def send_mails(project: Path, env: dict[str, str]) -> str:
    """Run `manage send-mails` and return the last line, which says how many were sent."""
    command = (sys.executable, "-c", "from app.cli import app; app()", "send-mails")
    [said] = [line for line in run(*command, cwd=project, env=env).splitlines() if "Sent" in line]
    return said
