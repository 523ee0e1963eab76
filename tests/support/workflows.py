"""The GitHub workflows of a render, and a runner for their steps."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from support.commands import Finished, attempt

FOLDER = ".github/workflows"


def workflows(project: Path) -> dict[str, dict[str, Any]]:
    """Return every parsed workflow of a render by its file name."""
    files = sorted((project / FOLDER).iterdir())
    return {file.name: yaml.safe_load(file.read_text()) for file in files}


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def step(project: Path, workflow: str, name: str) -> dict[str, Any]:
    """Return the only step of a workflow with this name."""
    (found,) = (each for each in steps(workflows(project)[workflow]) if each.get("name") == name)
    return found


def play(
    step: dict[str, Any],
    *,
    cwd: Path,
    commands: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run the script of a step. `commands` is a folder that replaces real commands."""
    path = os.pathsep.join(filter(None, [str(commands or ""), os.environ["PATH"]]))
    variables = {**step.get("env", {}), "PATH": path, **(env or {})}
    return attempt("bash", "-e", "-c", step["run"], cwd=cwd, env=variables)
