"""Follow the instructions of a rendered document: the code blocks of one section, in order.

An `sh` block is run. Any other block names a file in its first line, `# app/models.py`. A
`diff` changes that file, with `@@` between two places. Any other block is a new file.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from support.commands import run
from support.editing import edit

HEADING = re.compile(r"^(#+) (?P<title>.+)$")
FENCE = re.compile(r"^```(?P<language>\w*)$")
FILE = re.compile(r"^# (?P<name>\S+)$")
# A placeholder for values that differ per project, such as the ID of a revision.
UNKNOWN = "…"
Tools = Mapping[str, str]
# Commands of the project's own environment. All others run in the shared one.
COMMANDS = {
    "uv": 'test "$1" = run && shift && exec "$@"',
    "uvx": 'exec python -m "$@"',
    "manage": 'exec python -c "from app.cli import app; app()" "$@"',
}


@dataclass(frozen=True)
class Block:
    """A fenced code block. `title` is the heading above it."""

    title: str
    language: str
    text: str


def blocks(document: Path) -> list[Block]:
    """Return the blocks of a document in order."""
    found = []
    title = ""
    lines = iter(document.read_text().splitlines())
    for line in lines:
        if heading := HEADING.match(line):
            title = heading["title"]
        elif fence := FENCE.match(line):
            text = "".join(f"{inner}\n" for inner in takewhile(lambda line: line != "```", lines))
            found.append(Block(title, fence["language"], text))
    return found


def follow(project: Path, document: Path, title: str, env: Mapping[str, str]) -> None:
    """Follow the section with this title."""
    section = [block for block in blocks(document) if block.title == title]
    assert section, f"no code block below {title!r} in {document.name}"
    for block in section:
        if block.language == "sh":
            run_commands(project, block.text, env)
        else:
            change_file(project, block)


def run_commands(
    project: Path, commands: str, env: Mapping[str, str], tools: Tools = COMMANDS
) -> str:
    """Run the commands of a block up to the first failure. Return their output."""
    path = search_path(project, tools)
    return run("sh", "-ec", commands, cwd=project, env={**env, "PATH": path})


def search_path(project: Path, tools: Tools) -> str:
    """Return a PATH that finds these commands first. Without any, it is the user's own."""
    if not tools:
        return os.environ["PATH"]
    own = project.parent / "bin"
    own.mkdir(exist_ok=True)
    for name, command in tools.items():
        (own / name).write_text(f"#!/bin/sh\n{command}\n")
        (own / name).chmod(0o755)
    return f"{own}:{Path(sys.executable).parent}:{os.environ['PATH']}"


def change_file(project: Path, block: Block) -> None:
    first, _, rest = block.text.partition("\n")
    named = FILE.match(first)
    assert named, f"the first line of the block names no file: {first!r}"
    if block.language != "diff":
        new = project / named["name"]
        assert not new.exists(), f"{named['name']} already exists"
        new.write_text(block.text)
        return
    (file,) = project.glob(named["name"].replace(UNKNOWN, "*"))
    for hunk in re.split(r"^@@\n", rest, flags=re.MULTILINE):
        apply(file, hunk.splitlines())


def apply(file: Path, hunk: list[str]) -> None:
    """Change the place that the hunk shows, or append to the file if it shows none."""
    before = "".join(f"{line[1:]}\n" for line in hunk if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in hunk if not line.startswith("-"))
    if before:
        edit(file, before, after)
    else:
        file.write_text(file.read_text() + after)
