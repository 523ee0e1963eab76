"""TypeScript's compiler and the generators of clients, installed from `tests/typescript`."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest

from support import documents
from support.commands import run
from support.matrix import Cell
from support.once import made_once
from support.templates import ROOT

FIXTURE = ROOT / "tests" / "typescript"
# A mirror of the registry and its certificate are named in variables.
NPM_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name.lower().startswith("npm_config_") or name == "NODE_EXTRA_CA_CERTS"
}


def installed(shared: Path) -> Path:
    """Return the folder with the programs. Without the registry, skip the test. On CI, fail it."""
    try:
        return made_once(shared / "typescript", install)
    except AssertionError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("npm cannot install TypeScript: its registry does not answer")


def install(folder: Path) -> None:
    copytree(FIXTURE, folder)
    run("npm", "ci", "--no-fund", "--no-audit", cwd=folder, env=NPM_ENVIRONMENT)


def compiled_client(render: Callable[[Cell], Path], cell: Cell, shared: Path) -> Path:
    """Return a folder with the client of a render. It compiles with its documented use."""
    compiling = partial(compile_client, installed(shared), render(cell))
    return made_once(shared / "clients" / str(cell), compiling) / "built"


def compile_client(programs: Path, project: Path, folder: Path) -> None:
    copytree(FIXTURE, folder)
    (folder / "node_modules").symlink_to(programs / "node_modules")
    copytree(project / "clients/typescript", folder, dirs_exist_ok=True)
    for block in documents.blocks(project / "docs/clients.md"):
        if block.language == "ts":
            name = block.text.partition("\n")[0].removeprefix("// ")
            (folder / name).write_text(block.text)
    run("npx", "--no-install", "tsc", "--project", "client.json", cwd=folder)
