"""The documentation site builds without warnings, and loads nothing from other hosts."""

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts import site
from support.matrix import Cell
from support.templates import ROOT

CONFIGURATION = "zensical.toml"
LOADED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"?(https?:[^\" >]+)")
REPOSITORY = "https://github.com/owner/name"


@pytest.fixture
def folder(render: Callable[[Cell], Path], tmp_path: Path) -> Path:
    """A folder with the pages and the configuration."""
    site.collect(render(Cell()), tmp_path / "build/pages", REPOSITORY)
    shutil.copy2(ROOT / CONFIGURATION, tmp_path)
    return tmp_path


def test_site_builds_without_warnings(folder: Path) -> None:
    site.build(folder)

    pages = [file.read_text() for file in (folder / "build/site").rglob("*.html")]
    assert len(pages) > 40
    assert [LOADED.findall(page) for page in pages if LOADED.search(page)] == []


@pytest.mark.parametrize("link", ["no-such-page.md", "keys.md#no-such-heading"])
def test_dead_link_stops_the_build(folder: Path, link: str) -> None:
    with (folder / "build/pages/index.md").open("a") as page:
        page.write(f"\n[dead]({link})\n")

    with pytest.raises(SystemExit, match="The site has warnings"):
        site.build(folder)


def test_navigation_has_every_page(folder: Path) -> None:
    """The decisions are on the page that lists them."""
    navigation = tomllib.loads((ROOT / CONFIGURATION).read_text())["project"]["nav"]
    pages = {
        str(page.relative_to(folder / "build/pages"))
        for page in (folder / "build/pages").rglob("*.md")
    }

    listed = list(places(navigation))

    assert sorted(listed) == sorted(page for page in pages if not page.startswith("decisions/"))
    index = (ROOT / "docs/index.md").read_text()
    assert [page for page in pages if page.startswith("decisions/") and page not in index] == []


def places(navigation: list[dict[str, object]]) -> Iterator[str]:
    for entry in navigation:
        for place in entry.values():
            if isinstance(place, list):
                yield from places(place)
            else:
                yield str(place)


@pytest.mark.parametrize(
    ("link", "relinked"),
    [
        ("[a](keys.md#b)", "[a](keys.md#b)"),
        ("[a](../CHANGELOG.md)", "[a](changelog.md)"),
        ("![a](performance.svg)", "![a](performance.svg)"),
        ("[a](../template/project/docs/routes.md#b)", "[a](project/docs/routes.md#b)"),
        ("[a](../template/project/README.md)", "[a](project/index.md)"),
        ("[a](../copier.yml)", f"[a]({REPOSITORY}/blob/main/copier.yml)"),
        ("[a](https://example.com/b.md)", "[a](https://example.com/b.md)"),
        ("```\n[a](../copier.yml)\n```\n", "```\n[a](../copier.yml)\n```\n"),
    ],
)
def test_links_lead_to_pages_or_to_the_repository(
    render: Callable[[Cell], Path], link: str, relinked: str
) -> None:
    pages = {source: place for source, _, place in site.sources(render(Cell()))}

    assert site.relinked(link, "docs/a.md", "a.md", pages, REPOSITORY) == relinked


def test_link_to_code_is_text_without_a_repository() -> None:
    assert site.relinked("see [a](../b.py).", "docs/a.md", "a.md", {}, "") == "see a."
