"""A render that is served by the commands in its documents."""

import json
import re
import shlex
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from support.deployment import dockerfile_command, local
from support.matrix import Cell
from support.servers import Server, is_ready, launched
from support.waiting import wait_until

PARENT = re.compile(r"INFO: +(Uvicorn running on|Started parent process)")
MIB = b"x" * 2**20
WORKERS = 2
TOO_MANY = 64  # MiB; a server that takes so many takes any number


def production_command(project: Path) -> list[str]:
    text = (project / "docs/production.md").read_text()
    [command] = re.findall(r"^uv run (uvicorn app\.asgi:app.*)$", text, re.MULTILINE)
    return shlex.split(command)


@pytest.fixture(params=[dockerfile_command, production_command], ids=["image", "page"])
def server(
    request: pytest.FixtureRequest,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> Iterator[Server]:
    project = render(Cell())
    command = local(request.param(project))
    env = {"DATABASE_URL": new_database(Cell()), "LOG_FORMAT": "json"}
    with launched(project, tmp_path / "log", env=env, command=command, workers=WORKERS) as server:
        wait_until(lambda: is_ready(server.url), "the server is ready")
        yield server


def test_no_response_names_the_server(server: Server) -> None:
    responses = [httpx2.get(f"{server.url}{path}") for path in ("/health", "/auth/me", "/nowhere")]

    assert [response.headers.get("server") for response in responses] == [None] * 3


def test_all_lines_are_json_except_those_of_the_parent(server: Server) -> None:
    """docs/production.md says so. One line of a parent names its own address or workers."""
    httpx2.get(f"{server.url}/nowhere")
    wait_until(lambda: "/nowhere" in server.output(), "the request is in the log")

    lines = server.output().splitlines()
    assert [line for line in lines if not line.startswith("{") and not PARENT.match(line)] == []


def test_client_cannot_hide_its_address(server: Server) -> None:
    body = {"username_or_email": "nobody", "password": "a guess"}

    for port in ("", ":50000"):
        headers = {"X-Forwarded-For": f"127.0.0.1{port}"}
        httpx2.post(f"{server.url}/auth/login", json=body, headers=headers)

    wait_until(lambda: len(failed_logins(server)) == 2, "both attempts are in the log")
    assert [event.get("ip") for event in failed_logins(server)] == ["127.0.0.1"] * 2


def failed_logins(server: Server) -> list[dict[str, object]]:
    *lines, _unfinished = server.output().split("\n")
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in records if record["message"] == "authn_login_fail"]


def test_endless_header_is_cut(server: Server) -> None:
    address = httpx2.URL(server.url)
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: ")

        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            connection.sendall(MIB * TOO_MANY)

    assert httpx2.get(f"{server.url}/health").status_code == 200
