"""Copies of this template in separate repositories, as Copier's users see it."""

import shutil
from pathlib import Path

import yaml

from support.commands import run

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "template" / "project"
SOURCES = ("copier.yml", "template")


def snapshot(repository: Path, version: str) -> Path:
    """Commit the template of the working tree, with uncommitted changes, and tag the version."""
    for source in sources():
        copy = repository / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / source, copy)
    run("git", "init", "--quiet", cwd=repository)
    return release(repository, version)


def release(repository: Path, version: str) -> Path:
    """Commit everything in the repository, including ignored files, and tag it."""
    run("git", "add", "--all", "--force", cwd=repository)
    run("git", "commit", "--quiet", "--allow-empty", "--message", version, cwd=repository)
    run("git", "tag", "--annotate", "--message", version, version, cwd=repository)
    return repository


def gates() -> list[str]:
    """List the files and folders that some answers exclude, relative to the project."""
    excluded = yaml.safe_load((ROOT / "copier.yml").read_text())["_exclude"]
    lines = [line for entry in excluded for line in entry.splitlines()]
    return [line.removeprefix("/") for line in lines if line.startswith("/")]


def sources() -> list[Path]:
    """List the template's tracked and new files, without caches.

    Files that the rendered .gitignore ignores, such as .env, are included.
    """
    return listed("--cached", "--others", "--exclude-from=.gitignore")


def listed(*selection: str) -> list[Path]:
    names = run("git", "ls-files", "-z", *selection, "--", *SOURCES, cwd=ROOT)
    return [Path(name) for name in sorted(names.split("\0")) if (ROOT / name).is_file()]
