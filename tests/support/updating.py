"""Projects in separate repositories, updated with Copier's command."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from support import copies, quick_copier
from support.commands import Finished, attempt, module, run
from support.matrix import Cell
from support.templates import ROOT

SAME_VERSION = "--vcs-ref=:current:"


@dataclass(frozen=True)
class Extent:
    """The size of an update."""

    files: int
    added: int
    removed: int
    conflicts: int

    def __str__(self) -> str:
        return (
            f"{self.files} files, +{self.added} -{self.removed} lines, {self.conflicts} conflicts"
        )


def created(template: Path, project: Path, version: str, cell: Cell) -> Path:
    """Render a version of the template and commit it, as an owner does."""
    copies.copy(template, project, version=version, **cell.answers)
    run("git", "init", "--quiet", cwd=project)
    return committed(project)


def committed(project: Path) -> Path:
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--allow-empty", "--message", "Work", cwd=project)
    return project


def update(project: Path, *options: str, **answers: str | list[str]) -> Finished:
    """Update without trust and without prompts. `answers` has the changed answers."""
    changed = [f"--data={name}={yaml_of(answer)}" for name, answer in answers.items()]
    command = module(quick_copier.__name__, "update", "--defaults", *options, *changed)
    return attempt(*command, cwd=project, env={"PYTHONPATH": str(ROOT / "tests")})


def yaml_of(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else f"[{', '.join(answer)}]"


def changes(project: Path) -> list[str]:
    """Return the lines of `git status`. They are empty if there is nothing to commit."""
    return run("git", "status", "--porcelain", cwd=project).splitlines()


def conflicts(project: Path) -> list[str]:
    """List the files that Git considers unmerged."""
    return run("git", "diff", "--name-only", "--diff-filter=U", cwd=project).splitlines()


def extent(project: Path) -> Extent:
    """Stage all uncommitted changes of an update and return their size."""
    unmerged = len(conflicts(project))
    run("git", "add", "--all", cwd=project)
    rows = run("git", "diff", "--cached", "--numstat", cwd=project).splitlines()
    numbers = [[int(number) for number in row.split("\t")[:2]] for row in rows]
    added, removed = (sum(column) for column in zip(*numbers, strict=True))
    return Extent(len(rows), added, removed, unmerged)


def tracked(project: Path) -> set[str]:
    return set(run("git", "ls-files", cwd=project).splitlines())


def diverging(project: Path, other: Path, *, besides: Collection[str] = ()) -> list[str]:
    """List the files that differ between two projects. Stage all files of the first."""
    run("git", "add", "--all", cwd=project)
    files = tracked(project) | tracked(other)
    return sorted(
        file
        for file in files.difference(besides)
        if content(project / file) != content(other / file)
    )


def content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
