"""Links, file names and commands in the documents of a render are valid."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import checks, documents
from support.editing import edit
from support.matrix import Cell
from support.servers import serving
from support.templates import ROOT

CELLS = [
    Cell(),
    Cell("sync", "postgresql", "header", "argon2id"),
    Cell("async", "mysql", "cookie"),
]
TRIED = [Cell(), Cell(transport="header"), Cell("sync", transport="cookie")]
OURS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
LINK = re.compile(r"\[[^]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(?P<path>(?:app|docs|migrations|tests|\.github)/[\w./*-]*)`")
PLUGINS = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": ",".join(checks.OWN_TEST_PLUGINS),
}
PORTS = re.compile(r"`(127\.0\.0\.1:\d+(?::\d+)?)` in `(?:compose\.yaml|DATABASE_URL)`")
ADDRESS = "http://127.0.0.1:8000"

Render = Callable[[Cell], Path]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_links_of_a_render_lead_somewhere(cell: Cell, render: Render) -> None:
    assert list(dead_links(pages(render(cell)))) == []


def test_links_of_this_repository_lead_somewhere() -> None:
    assert list(dead_links([*OURS, *(ROOT / "docs").rglob("*.md")])) == []


def test_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b`: c\n[1](#a-b-c) [2](page.md#no) [3](no.md) [4](https://no.example)\n")

    assert list(dead_links([page])) == ["page.md: page.md#no", "page.md: no.md"]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_named_files_exist(cell: Cell, render: Render) -> None:
    project = render(cell)

    named = [(page.name, path) for page in pages(project) for path in FILE.findall(prose(page))]

    assert len(named) > 40
    assert [(page, path) for page, path in named if not any(project.glob(path))] == []


@pytest.mark.parametrize(
    "cell", [Cell(), Cell(transport="header"), Cell("sync", "sqlite", "cookie")]
)
def test_readme_can_be_tried(cell: Cell, editable: Render, tmp_path: Path) -> None:
    """The settings are those that docs/development.md writes."""
    project = editable(cell)
    (project / ".env").unlink()
    documents.follow(project, project / "docs/development.md", "Another machine", {})
    (block,) = [one for one in documents.blocks(project / "README.md") if one.title == "Try"]

    with serving(project, tmp_path / "server.log", env={}) as server:
        commands = block.text.replace(ADDRESS, server.url)
        lines = documents.run_commands(project, commands, {}).splitlines()

    assert block.text.count(ADDRESS) == 1
    assert lines[0].endswith(" 201")
    assert '"code":"session_ended"' in lines[-1]
    assert lines[-1].endswith(" 401")


@pytest.mark.parametrize("cell", CELLS[1:], ids=str)
def test_database_can_have_another_port(
    cell: Cell,
    editable: Render,
    new_database: Callable[[Cell], str],
) -> None:
    """Two projects, or a server of this machine, can have the first one."""
    project = editable(cell)
    (port, url) = PORTS.findall((project / "docs/development.md").read_text())
    compose, settings = project / "compose.yaml", project / ".env"
    inner = port.rpartition(":")[2]

    edit(compose, f"127.0.0.1:{inner}:{inner}", port)
    edit(settings, f"127.0.0.1:{inner}", url)

    env = {"TEST_DATABASE_URL": new_database(cell)}
    checks.passes_its_tests(project, env, "tests/test_files.py")


def test_trust_core_has_the_stated_size(render: Render) -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    section = page.partition("## The trust core\n")[2].partition("\n## ")[0]

    files = re.findall(r"^\d\. `(app/[\w/]+\.py)`", section, re.MULTILINE)
    lines = sum(len((render(Cell()) / file).read_text().splitlines()) for file in files)

    assert len(files) == 8
    assert f"about {round(lines, -2):,} lines" in section


def test_quick_loop_of_the_readme_runs(editable: Render) -> None:
    project = editable(Cell())
    (block,) = [one for one in documents.blocks(project / "README.md") if one.title == "Test"]
    quick, everything = block.text.splitlines()

    output = documents.run_commands(project, quick, PLUGINS)

    assert "passed" in output
    assert everything.startswith("uv run pytest ")


def pages(project: Path) -> list[Path]:
    return [*project.glob("*.md"), *(project / "docs").glob("*.md")]


def prose(page: Path) -> str:
    return CODE.sub("", page.read_text())


def dead_links(pages: list[Path]) -> Iterator[str]:
    for page in pages:
        for target in LINK.findall(prose(page)):
            name, _, anchor = target.partition("#")
            file = page.parent / name if name else page
            if "://" in target:
                continue
            if not file.exists() or (anchor and anchor not in anchors(file)):
                yield f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """Return GitHub's anchors of the headings of a page."""
    titles = (heading["title"].lower() for heading in HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
