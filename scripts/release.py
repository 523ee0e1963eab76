"""Release a version of the template: `uv run scripts/release.py 1.2.0`.

The script checks the rules of docs/releasing.md and tags the commit. It pushes nothing.
"""

import argparse
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BRANCH = "main"
PARTS = ("Security", "Changed in your code", "To do by hand")
UPDATE_TESTS = "tests/test_update*.py"

Version = tuple[int, int, int]


class Refused(Exception):
    """A reason not to release. The message says what to do first."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Check and tag a release of the template.")
    parser.add_argument(
        "version", help="MAJOR.MINOR.PATCH, judged by what an update does to a project"
    )
    try:
        release(parser.parse_args().version)
    except Refused as reason:
        sys.exit(f"Not released: {reason}")


def release(name: str) -> None:
    version = parsed(name)
    if version is None:
        raise Refused(f"{name} is not a version of the form MAJOR.MINOR.PATCH.")
    refuse_unmerged_work()
    refuse_versions_that_do_not_follow(version)
    refuse_another_version_in_the_project(name)
    notes = read_notes(name)
    refuse_failing_tests()
    git("tag", "--annotate", "--cleanup=verbatim", "--message", f"{name}\n\n{notes}", name)
    print(f"Tagged {name}. Publish it: git push origin {BRANCH} {name}")


def refuse_unmerged_work() -> None:
    branch = git("branch", "--show-current")
    if branch != BRANCH:
        raise Refused(f"HEAD is on {branch or 'no branch'}. Release from {BRANCH}.")
    if git("status", "--porcelain"):
        raise Refused("there are uncommitted changes. Commit or remove them.")


def refuse_versions_that_do_not_follow(version: Version) -> None:
    last = max(filter(None, map(parsed, git("tag").split())), default=None)
    if last is not None and version <= last:
        raise Refused(f"the last version is {written(last)}. Choose a later one.")
    # If a commit has several tags, Copier may use the older one as its version.
    here = [tag for tag in git("tag", "--points-at", "HEAD").split() if parsed(tag)]
    if here:
        raise Refused(f"this commit is already released as {here[0]}.")


def refuse_another_version_in_the_project(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    if project["version"] != name:
        raise Refused(
            f"pyproject.toml has version {project['version']}. Set {name}, then run `uv lock`."
        )


def read_notes(name: str) -> str:
    """Return the changelog section of this version."""
    heading = rf"^## {re.escape(name)}( - \d{{4}}-\d\d-\d\d)?\n(?P<notes>.*?)(?=^## |\Z)"
    section = re.search(heading, (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE | re.DOTALL)
    if section is None:
        raise Refused(f"CHANGELOG.md has no section `## {name}`. Rename `## Unreleased`.")
    notes = section["notes"].strip()
    lines = [line for line in notes.splitlines() if line.strip()]
    absent = [part for part in PARTS if f"### {part}" not in lines]
    if absent:
        raise Refused(f"CHANGELOG.md lacks sections of {name}: {', '.join(absent)}.")
    if all(line.startswith("#") for line in lines):
        raise Refused(f"the section of {name} in CHANGELOG.md is empty.")
    return notes


def refuse_failing_tests() -> None:
    """Run everything in every cell. With CI set, a missing database server is a failure."""
    if not list(ROOT.glob(UPDATE_TESTS)):
        raise Refused(f"there are no update tests ({UPDATE_TESTS}).")
    command = (sys.executable, "-m", "pytest", "--every-cell")
    tested = subprocess.run(command, cwd=ROOT, env={**os.environ, "CI": "true"}, check=False)
    if tested.returncode != 0:
        raise Refused("the tests failed.")


def parsed(name: str) -> Version | None:
    """Parse a SemVer version without a pre-release label."""
    found = re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", name, re.ASCII)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def written(version: Version) -> str:
    return ".".join(map(str, version))


def git(*arguments: str) -> str:
    command = ("git", *arguments)
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
