"""Every code block of our documents is run by a test, or listed with the reason why it is not."""

import ast
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from support import checks, documents
from support.commands import attempt
from support.documents import Block
from support.matrix import Cell
from support.templates import ROOT

LISTED = yaml.safe_load((ROOT / "tests/blocks.yml").read_text())
CELL = Cell(features=("totp",))
OTHERS = [Cell("sync", "postgresql", "cookie", "argon2id"), Cell("async", "mysql", "header")]
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")
OVERRIDE = '''\
"""The example of docs/development.md."""

from fastapi import FastAPI
from httpx2 import AsyncClient


async def test_override(app: FastAPI, client: AsyncClient) -> None:
{body}
    assert (await client.get("/notes")).status_code == 200
'''

Render = Callable[[Cell], Path]


def our_pages() -> Iterator[tuple[str, Path]]:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"):
        yield page.name, page
    for page in sorted((ROOT / "docs").rglob("*.md")):
        yield page.relative_to(ROOT).as_posix(), page


def rendered_pages(project: Path) -> Iterator[tuple[str, Path]]:
    for page in sorted([*project.glob("*.md"), *project.glob("docs/*.md")]):
        yield f"project/{page.relative_to(project).as_posix()}", page


def test_every_block_is_listed(
    render: Render, record_property: Callable[[str, object], None]
) -> None:
    pages = dict([*our_pages(), *rendered_pages(render(CELL))])
    found = {name: Counter(one.title for one in documents.blocks(pages[name])) for name in pages}
    listed = {
        name: {title: entry["blocks"] for title, entry in titles.items()}
        for name, titles in LISTED.items()
    }

    record_property("documents", summary())

    assert {name: dict(titles) for name, titles in found.items() if titles} == listed


def summary() -> str:
    entries = [entry for titles in LISTED.values() for entry in titles.values()]
    run = sum(entry["blocks"] for entry in entries if "run" in entry)
    parsed = sum(entry["blocks"] for entry in entries if "parsed" in entry)
    reasons = [
        f"  {name}, {title}: {entry['parsed']}"
        for name, titles in LISTED.items()
        for title, entry in titles.items()
        if "parsed" in entry
    ]
    counts = f"{run + parsed} blocks, {run} run, {parsed} only parsed:"
    return "\n".join([counts, *reasons])


@pytest.mark.parametrize("cell", OTHERS, ids=str)
def test_other_answers_have_no_other_sections_with_code(cell: Cell, render: Render) -> None:
    for name, page in rendered_pages(render(cell)):
        assert {block.title for block in documents.blocks(page)} <= LISTED.get(name, {}).keys()


def test_every_entry_has_a_test_or_a_reason() -> None:
    for page, titles in LISTED.items():
        for title, entry in titles.items():
            assert entry.keys() in ({"blocks", "run"}, {"blocks", "parsed"}), (page, title)
            if test := entry.get("run"):
                code = (ROOT / "tests" / test).read_text()
                assert title in code or Path(page).name in code, f"{test} does not name {page}"


def test_blocks_of_this_repository_parse() -> None:
    assert [*faults(our_pages())] == []


@pytest.mark.parametrize("cell", [CELL, *OTHERS], ids=str)
def test_blocks_of_a_render_parse(cell: Cell, render: Render) -> None:
    assert [*faults(rendered_pages(render(cell)))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sh", "if true; do\n"),
        ("python", "def f(:\n"),
        ("json", "{'a': 1}"),
        ("yaml", "a: [1\n"),
        ("toml", "a = \n"),
        ("diff", "# app/models.py\nno sign\n"),
        ("perl", "1;\n"),
    ],
)
def test_fault_of_a_block_is_noticed(language: str, text: str) -> None:
    assert fault_of(Block("Title", language, text))


def faults(pages: Iterator[tuple[str, Path]]) -> Iterator[str]:
    for name, page in pages:
        for block in documents.blocks(page):
            if fault := fault_of(block):
                yield f"{name}, {fault}"


def fault_of(block: Block) -> str:
    """Return what is wrong with the syntax of a block, or nothing."""
    try:
        PARSERS[block.language](block.text)
    except Exception as error:
        return f"{block.title}, {block.language}: {error!r}"
    return ""


def parse_shell(text: str) -> None:
    if not text.startswith("$ "):  # a transcript
        finished = attempt("sh", "-n", "-c", text, cwd=ROOT)
        assert finished.code == 0, finished.output


def parse_diff(text: str) -> None:
    lines = text.splitlines()
    if any(line.strip().startswith(MARKERS) for line in lines):
        return
    assert documents.FILE.match(lines[0]), lines[0]
    wrong = [line for line in lines[1:] if line and line != "@@" and line[0] not in " +-"]
    assert not wrong, wrong


PARSERS: dict[str, Callable[[str], object]] = {
    "": str,
    "diff": parse_diff,
    "js": str,  # test_how_to.py checks it with Node.js
    "json": json.loads,
    "mermaid": str,
    "python": ast.parse,
    "sh": parse_shell,
    "text": str,
    "toml": tomllib.loads,
    "ts": str,  # test_typescript.py compiles it
    "yaml": lambda text: list(yaml.safe_load_all(text)),
}


def test_development_page_can_be_followed(editable: Render) -> None:
    project = editable(Cell())
    page = project / "docs/development.md"
    env = {"ENVIRONMENT": "development", **checks.OWN_TEST_ENVIRONMENT}
    (quick, everything), override, (linting,) = (
        block.text.splitlines() for block in documents.blocks(page) if block.title == "Tests"
    )
    body = "\n".join(f"    {line}" for line in override)
    (project / "tests/routes/test_override.py").write_text(OVERRIDE.format(body=body))

    documents.run_commands(project, "uv run alembic upgrade head", env)
    documents.follow(project, page, "Sample data", env)
    documents.follow(project, page, "A front end", env)
    output = documents.run_commands(project, plugged(quick), env)

    assert "passed" in output
    assert everything.startswith("uv run pytest ")
    assert [part.split()[2] for part in linting.split(" && ")] == ["ruff", "ruff", "mypy"]


def plugged(command: str) -> str:
    plugins = " ".join(f"-p {plugin}" for plugin in checks.OWN_TEST_PLUGINS)
    return command.replace("uv run pytest", f"uv run pytest {plugins}")
