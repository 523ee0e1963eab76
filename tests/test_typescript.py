"""The client of a render, and those of two generators, compile in strict mode.

`tests/typescript` has the versions, and code that uses what the generators write.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from support import typescript
from support.commands import run
from support.matrix import FEATURES, Cell

DOCUMENT = (
    "import json; from app.main import create_app; from app.settings import load_settings; "
    "print(json.dumps(create_app(load_settings()).openapi()))"
)
GENERATE = (
    ("openapi-typescript", "openapi.json", "--output", "schema.ts"),
    ("openapi-ts", "--input", "openapi.json", "--output", "client", "--no-log-file"),
)

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


def test_generated_clients_compile(
    cell: Cell,
    render: Callable[[Cell], Path],
    shared: Path,
    tmp_path: Path,
) -> None:
    project = Path(copytree(typescript.installed(shared), tmp_path / "client", symlinks=True))
    document = run(sys.executable, "-c", DOCUMENT, cwd=render(cell))
    (project / "openapi.json").write_text(document)

    for command in (*GENERATE, ("tsc",)):
        run("npx", "--no-install", *command, cwd=project)


def test_client_of_the_render_compiles_in_its_documented_use(
    cell: Cell,
    render: Callable[[Cell], Path],
    shared: Path,
) -> None:
    """With the block "Browsers" of docs/clients.md."""
    built = typescript.compiled_client(render, cell, shared)

    assert "class AuthClient" in (built / "auth.js").read_text()
