"""The image's command and the Caddyfile of docs/deployment.md serve together."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from support.caddy import caddy
from support.commands import module, run
from support.deployment import Deployment
from support.matrix import Cell
from support.programs import required
from support.servers import free_port, launched, starts
from support.waiting import wait_until

GUESS = {"username_or_email": "nobody", "password": "a guess"}


def test_caddyfile_is_valid(editable: Callable[[Cell], Path], tmp_path: Path) -> None:
    project = Deployment(editable(Cell())).project

    check = (required("caddy"), "validate", "--config", "Caddyfile", "--adapter", "caddyfile")
    output = run(*check, cwd=project, env={"HOME": str(tmp_path)})

    assert "Valid configuration" in output


def test_clients_are_told_apart_and_wait_for_a_restart(
    editable: Callable[[Cell], Path], new_database: Callable[[Cell], str], tmp_path: Path
) -> None:
    deployment = Deployment(editable(Cell()))
    services = deployment.compose["services"]
    added = {**services["app"]["environment"], "DATABASE_URL": new_database(Cell())}
    env = {**deployment.write_environment(), **added}
    workers = int(env["WEB_CONCURRENCY"])
    port, log = free_port(), tmp_path / "log"

    def image(application: str, port: int, workers: int) -> tuple[str, ...]:
        program, *options = deployment.command
        return module(program, *options, "--host", "127.0.0.1", "--port", str(port))

    run(*module(*services["migrate"]["command"]), cwd=deployment.project, env=env)
    with caddy(deployment.project, to=port) as url, ThreadPoolExecutor() as others:
        early = others.submit(httpx2.get, f"{url}/health", timeout=60)
        with launched(
            deployment.project, log, env=env, workers=workers, command=image, port=port
        ) as server:
            claimed = {"X-Forwarded-For": "192.0.2.1"}
            refused = httpx2.post(f"{url}/auth/login", json=GUESS, headers=claimed)

            assert refused.status_code == 401
            wait_until(lambda: "authn_login_fail" in server.output(), "the attempt is in the log")
            assert starts(server) == workers == 2
        assert early.result().status_code == 200
    assert [event["ip"] for event in failed_logins(log)] == ["127.0.0.1"]


def failed_logins(log: Path) -> list[dict[str, object]]:
    records = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [record for record in records if record["message"] == "authn_login_fail"]
