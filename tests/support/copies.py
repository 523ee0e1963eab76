"""Copy the template as its users do: with Copier's command and without `--trust`."""

from pathlib import Path
from typing import Any

import copier
import yaml

from support.commands import Finished, attempt, module

ANSWERS_FILE = ".copier-answers.yml"


def copy(
    template: Path,
    project: Path,
    *,
    only: str | None = None,
    version: str | None = None,
    **answers: Any,
) -> Path:
    """Render with Copier's API, by default the newest version.

    If `only` is given, render only that file.
    """
    copier.run_copy(
        str(template),
        project,
        data=answers,
        defaults=True,
        exclude=["*", f"!{only}"] if only else (),
        vcs_ref=version,
        quiet=True,
        unsafe=False,
    )
    return project


def command(*arguments: str, cwd: Path) -> Finished:
    """Run the `copier` command."""
    return attempt(*module("copier", *arguments), cwd=cwd)


def answers(project: Path) -> dict[str, Any]:
    """Read the answers file without Copier's internal values."""
    stored = yaml.safe_load((project / ANSWERS_FILE).read_text())
    return {name: answer for name, answer in stored.items() if not name.startswith("_")}
