"""The files in docs/deployment.md of a render are valid and agree with its image."""

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import documents
from support.commands import module, run
from support.deployment import COMPOSE, PAGE, Deployment, containers_of, instructions, pods_in
from support.matrix import Cell

CELLS = (
    Cell(),
    Cell("sync", "postgresql", "header", "argon2id"),
    Cell("async", "mysql", "cookie"),
)
UNPRIVILEGED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
MIGRATION = ["alembic", "upgrade", "head"]
PASSWORDS = {
    "postgresql": ("POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),
    "mysql": ("MARIADB_USER", "MARIADB_PASSWORD", "MARIADB_DATABASE"),
}
START = "from app.asgi import app; print(app.state.settings.trusted_hops)"


@pytest.fixture(params=CELLS, ids=str)
def cell(request: pytest.FixtureRequest) -> Cell:
    cell: Cell = request.param
    return cell


@pytest.fixture
def deployment(cell: Cell, editable: Callable[[Cell], Path]) -> Deployment:
    return Deployment(editable(cell))


def test_compose_file_is_valid(deployment: Deployment) -> None:
    check = module("check_jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
    page = documents.blocks(deployment.project / PAGE)
    [addition] = [block for block in page if block.language == "diff"]

    run(*check, cwd=deployment.project)
    documents.change_file(deployment.project, addition)
    run(*check, cwd=deployment.project)

    storage = deployment.compose["services"]["app"]["environment"]["AUTH_LIMIT_STORAGE"]
    assert storage == "redis://valkey:6379/0"
    assert "valkey" in deployment.compose["services"]


def test_manifests_are_valid(deployment: Deployment) -> None:
    check = module("kubernetes_validate", "--strict", *deployment.manifest_files)

    output = run(*check, cwd=deployment.project)

    assert output.count(" passed ") == len(deployment.manifests)


def test_containers_have_no_rights_and_the_user_of_the_image(
    cell: Cell, deployment: Deployment
) -> None:
    [user] = instructions(deployment.project, r"RUN useradd --system --uid (\d+) .*")

    assert len(deployment.pods) == (2 if cell.database == "sqlite" else 3)
    for pod in deployment.pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == int(user)
        assert [one["securityContext"] for one in containers_of(pod)] == [
            UNPRIVILEGED for _ in containers_of(pod)
        ]
    for service in deployment.own_services:
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_time_to_stop_is_longer_than_requests_may_take(deployment: Deployment) -> None:
    grace = deployment.option("--timeout-graceful-shutdown")
    pod, container = deployment.serving
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    services = deployment.own_services
    periods = [*(one["stop_grace_period"] for one in services), deployment.fly["kill_timeout"]]

    assert pod["terminationGracePeriodSeconds"] > pause + grace
    assert len(periods) == 3
    assert all(int(period.removesuffix("s")) > grace for period in periods)
    for name in (COMPOSE, "kubernetes.yaml"):
        assert f"the {grace} seconds of" in (deployment.project / name).read_text()


def test_ports_and_probes_are_those_of_the_application(deployment: Deployment) -> None:
    port = deployment.option("--port")
    _, container = deployment.serving
    http = deployment.fly["http_service"]

    assert container["ports"] == [{"name": "http", "containerPort": port}]
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert f"reverse_proxy app:{port} " in (deployment.project / "Caddyfile").read_text()
    assert (http["internal_port"], http["checks"][0]["path"]) == (port, "/ready")


def test_each_way_migrates_once_and_serves(cell: Cell, deployment: Deployment) -> None:
    commands = [one.get("command") for pod in deployment.pods for one in containers_of(pod)]
    image = shlex.join(deployment.command)

    assert commands.count(MIGRATION) == 1
    assert deployment.compose["services"]["migrate"]["command"] == MIGRATION
    assert "command" not in deployment.compose["services"]["app"]
    assert "command" not in deployment.serving[1]
    if cell.database == "sqlite":
        start = ["sh", "-c", f"{shlex.join(MIGRATION)} && exec {image}"]
        assert shlex.split(deployment.fly["processes"]["app"]) == start
    else:
        assert deployment.fly["deploy"]["release_command"] == shlex.join(MIGRATION)


def test_only_sqlite_has_one_instance_and_a_volume(cell: Cell, deployment: Deployment) -> None:
    [spec] = [one["spec"] for one in deployment.manifests if one["kind"] == "Deployment"]
    mounts = {
        mount["mountPath"]
        for pod in deployment.pods
        for container in containers_of(pod)
        for mount in container.get("volumeMounts", ())
    }

    if cell.database == "sqlite":
        assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
        assert mounts == {*instructions(deployment.project, "VOLUME (.+)")} == {"/data"}
        assert deployment.fly["mounts"]["destination"] == "/data"
        assert [one["volumes"] for one in deployment.own_services] == [["data:/data"]] * 2
    else:
        assert spec["replicas"] > 1
        assert spec["strategy"] == {"rollingUpdate": {"maxUnavailable": 0}}
        assert mounts == set()


def test_variables_start_the_application_and_name_its_database(
    cell: Cell, deployment: Deployment
) -> None:
    variables = deployment.write_environment()
    services = deployment.compose["services"]

    env = {**variables, **services["app"]["environment"]}
    output = run(sys.executable, "-c", START, cwd=deployment.project, env=env)

    assert output == "1\n"
    assert (deployment.project / ".env.production").stat().st_mode & 0o077 == 0
    if cell.database == "sqlite":
        assert variables["DATABASE_URL"] == "sqlite:////data/app.db"
    else:
        user, password, name = PASSWORDS[cell.database]
        database = services["database"]["environment"]
        place = f"{database[user]}:{variables[password]}@database/{database[name]}"
        assert variables["DATABASE_URL"].partition("://")[2] == place
        assert database[password] == f"${{{password}:?}}"
        assert len(variables[password]) == 64


def test_commands_run(
    editable: Callable[[Cell], Path], new_database: Callable[[Cell], str]
) -> None:
    """The migration, and what is run each minute and each day."""
    deployment = Deployment(editable(Cell()))
    text = (deployment.project / PAGE).read_text()
    timed = re.findall(r" exec -T app (manage .+)$", text, re.MULTILINE)
    commands = "\n".join([shlex.join(MIGRATION), *timed])
    [job] = [one for one in deployment.manifests if one["kind"] == "CronJob"]
    [pod] = pods_in(job)

    variables = {**deployment.write_environment(), "DATABASE_URL": new_database(Cell())}
    output = documents.run_commands(deployment.project, commands, variables)

    assert timed == ["manage send-mails", "manage purge"]
    assert pod["containers"][0]["command"] == timed[0].split()
    assert "Sent 0 mails." in output
    assert "Deleted 0 sessions." in output
