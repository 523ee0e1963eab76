"""Clients that two generators make from the OpenAPI document compile in strict mode.

`tests/typescript` has their versions, and code that uses what they generate.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support.commands import run
from support.matrix import FEATURES, Cell
from support.once import made_once

FIXTURE = Path(__file__).parent / "typescript"
DOCUMENT = (
    "import json; from app.main import create_app; from app.settings import load_settings; "
    "print(json.dumps(create_app(load_settings()).openapi()))"
)
GENERATE = (
    ("openapi-typescript", "openapi.json", "--output", "schema.ts"),
    ("openapi-ts", "--input", "openapi.json", "--output", "client", "--no-log-file"),
)
# A mirror of the registry and its certificate are named in variables.
NPM_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name.lower().startswith("npm_config_") or name == "NODE_EXTRA_CA_CERTS"
}

pytestmark = pytest.mark.parametrize(
    "cell",
    [
        Cell(),
        Cell(features=FEATURES),
        Cell(transport="cookie"),
        Cell("sync", "sqlite", "header", "argon2id"),
    ],
    ids=str,
)


@pytest.fixture
def generators(shared: Path) -> Path:
    """The installed generators. Without the registry, skip the test. On CI, fail it."""
    try:
        return made_once(shared / "typescript", install)
    except AssertionError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("npm or its registry is away: the generators of clients come from there")


def install(folder: Path) -> None:
    copytree(FIXTURE, folder)
    run("npm", "ci", "--no-fund", "--no-audit", cwd=folder, env=NPM_ENVIRONMENT)


def test_generated_clients_compile(
    cell: Cell,
    render: Callable[[Cell], Path],
    generators: Path,
    tmp_path: Path,
) -> None:
    project = Path(copytree(generators, tmp_path / "client", symlinks=True))
    document = run(sys.executable, "-c", DOCUMENT, cwd=render(cell))
    (project / "openapi.json").write_text(document)

    for command in (*GENERATE, ("tsc",)):
        run("npx", "--no-install", *command, cwd=project)
