"""The workflows of a render are pinned, have minimal permissions and start its database."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from support import workflows
from support.interpreters import PYTHONS
from support.matrix import Cell
from support.templates import PROJECT, ROOT

CELLS = (Cell(), Cell("sync", "postgresql", "header"), Cell("async", "mysql", "cookie"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

Render = Callable[[Cell], Path]


@pytest.mark.parametrize(
    "file",
    [file for folder in (ROOT, PROJECT) for file in sorted((folder / workflows.FOLDER).iterdir())],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_every_action_is_pinned_to_a_commit(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_job_has_only_the_permissions_it_needs(cell: Cell, render: Render) -> None:
    found = workflows.workflows(render(cell))

    rights = {
        name: [workflow["permissions"], *(job["permissions"] for job in workflow["jobs"].values())]
        for name, workflow in found.items()
    }
    assert rights == {
        "ci.yml": [{}, {"contents": "read"}],
        "template-update.yml": [{}, {"contents": "read", "issues": "write"}],
    }


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_audit_fails_on_what_it_cannot_look_up(cell: Cell, render: Render) -> None:
    """Without --strict, pip-audit skips such packages and reports success (SEC-88)."""
    steps = workflows.steps(workflows.workflows(render(cell))["ci.yml"])

    [audit] = [step for step in steps if "pip-audit" in step.get("run", "")]
    assert audit["shell"] == "bash"  # fails if `uv export` fails before the pipe
    assert re.search(r"uvx pip-audit@[\d.]+ --strict", audit["run"])
    assert "--require-hashes" in audit["run"]


@pytest.mark.parametrize(
    "folder", [ROOT, PROJECT], ids=lambda folder: str(folder.relative_to(ROOT))
)
def test_every_tool_has_the_version_that_is_locked_here(folder: Path) -> None:
    text = "\n".join(file.read_text() for file in (folder / workflows.FOLDER).iterdir())
    lock = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    locked = {package["name"]: package["version"] for package in lock}
    used = re.findall(r"uvx (\S+)", re.sub(r"`.*?`", "", text))

    tools = dict(tool.split("@") for tool in used)
    setups = re.findall(r"setup-uv@.*\n +with:\n +version: \"([\d.]+)\"", text)
    [image] = re.findall(r"astral/uv:([\d.]+)", (PROJECT / "Dockerfile").read_text())

    assert set(setups) == {image}
    assert len(setups) == text.count("setup-uv@")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in tools.values())
    assert tools.get("copier", locked["copier"]) == locked["copier"]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_step_with_a_token_runs_only_the_command_of_github(cell: Cell, render: Render) -> None:
    found = workflows.workflows(render(cell)).values()
    with_token = [
        step
        for workflow in found
        for step in workflows.steps(workflow)
        if re.search(r"github\.token|secrets\.", str(step))
    ]

    [opening] = with_token
    commands = re.findall(r"(?:^|\$\(|\|\| |&& )(\w+)", opening["run"], re.MULTILINE)
    assert set(commands) <= {"open", "gh", "test"}
    files = (render(cell) / workflows.FOLDER).iterdir()
    assert sum(file.read_text().count("github.token") for file in files) == 1


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_checkout_keeps_no_credential(cell: Cell, render: Render) -> None:
    checkouts = [
        step
        for workflow in workflows.workflows(render(cell)).values()
        for step in workflows.steps(workflow)
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert len(checkouts) == 2
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_our_own_workflows_have_no_more_rights() -> None:
    found = workflows.workflows(ROOT)

    assert found.keys() == {"ci.yml", "every-cell.yml", "site.yml"}
    for name in ("ci.yml", "every-cell.yml"):
        workflow = found[name]
        [job] = workflow["jobs"].values()
        assert (workflow["permissions"], job["permissions"]) == ({}, {"contents": "read"})
        checkout, *_, tests = job["steps"]
        assert checkout["with"]["persist-credentials"] is False
        assert tests["run"].startswith(".ci/run")


def test_site_is_published_without_running_its_code_with_rights() -> None:
    site = workflows.workflows(ROOT)["site.yml"]

    build, publish = site["jobs"].values()
    assert (site["permissions"], build["permissions"]) == ({}, {"contents": "read"})
    assert build["steps"][0]["with"]["persist-credentials"] is False
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert [step.get("run") for step in publish["steps"]] == [None]


def test_weekly_run_covers_every_cell() -> None:
    weekly = workflows.workflows(ROOT)["every-cell.yml"]

    *_, tests = workflows.steps(weekly)
    assert tests["run"] == ".ci/run --every-cell"
    assert "\n  schedule:\n" in (ROOT / workflows.FOLDER / "every-cell.yml").read_text()


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_versions_of_python_agree(cell: Cell, render: Render) -> None:
    """The declared versions are those that CI runs, here and in the render."""
    project = render(cell)
    for folder in (ROOT, project):
        declared = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        [job] = workflows.workflows(folder)["ci.yml"]["jobs"].values()

        assert declared["requires-python"] == f">={PYTHONS[0]}"
        assert job["strategy"]["matrix"] == {"python": list(PYTHONS)}
        assert job["env"]["UV_PYTHON"] == "${{ matrix.python }}"
        assert [
            name.rpartition(" ")[2] for name in declared["classifiers"] if ":: Python ::" in name
        ] == list(PYTHONS)
    images = re.findall(r"FROM python:([\d.]+)", (project / "Dockerfile").read_text())
    assert len(images) == 2
    assert set(images) <= set(PYTHONS)


@pytest.mark.parametrize(
    ("cell", "services"),
    [(CELLS[0], []), (CELLS[1], ["postgresql"]), (CELLS[2], ["mariadb"])],
    ids=str,
)
def test_tests_have_the_database_of_the_render(
    cell: Cell, services: list[str], render: Render
) -> None:
    (job,) = workflows.workflows(render(cell))["ci.yml"]["jobs"].values()

    assert list(job.get("services", {})) == services
    assert ("TEST_DATABASE_URL" in job.get("env", {})) == bool(services)
