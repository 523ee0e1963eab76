"""The workflows of a render: pinned, without rights they do not need, with its database."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import workflows
from support.matrix import Cell
from support.templates import PROJECT

CELLS = (Cell(), Cell("sync", "postgresql", "header"), Cell("async", "mysql", "cookie"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

Render = Callable[[Cell], Path]


@pytest.mark.parametrize(
    "file", sorted((PROJECT / workflows.FOLDER).iterdir()), ids=lambda f: f.name
)
def test_every_action_is_pinned_to_a_commit(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_job_may_only_what_it_needs(cell: Cell, render: Render) -> None:
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
    """Without --strict pip-audit skips such packages, and says that no fault is known (SEC-88)."""
    steps = workflows.steps(workflows.workflows(render(cell))["ci.yml"])

    [audit] = [step for step in steps if "pip-audit" in step.get("run", "")]
    assert audit["shell"] == "bash"  # which fails when `uv export` does, before the pipe
    assert "uvx pip-audit --strict" in audit["run"]
    assert "--require-hashes" in audit["run"]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_checkout_leaves_no_credential_behind(cell: Cell, render: Render) -> None:
    checkouts = [
        step
        for workflow in workflows.workflows(render(cell)).values()
        for step in workflows.steps(workflow)
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert len(checkouts) == 2
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


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
