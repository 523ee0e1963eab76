"""Build the documentation site into build/site: `uv run python -m scripts.site`.

The pages are those of docs, the changelog, and the documents of a project with the default answers.
Links between them stay links. With the address of the repository, as in
SITE_REPOSITORY=https://github.com/owner/name, a link to another file leads there. Without it, such
a link becomes text.
"""

import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import copier

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build/pages"
SITE = ROOT / "build/site"
RENDERED = "template/project"
FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def main() -> None:
    with TemporaryDirectory() as folder:
        project = Path(folder, "my-app")
        copier.run_copy(str(ROOT), project, defaults=True, quiet=True, vcs_ref="HEAD")
        collect(project, PAGES, os.environ.get("SITE_REPOSITORY", ""))
    build(ROOT)


def build(folder: Path) -> None:
    """Turn the pages into the site. Warnings, such as a dead link or anchor, are errors."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    finished = subprocess.run(command, cwd=folder, check=False)
    if finished.returncode:
        sys.exit("The site has warnings. Fix the pages that they name.")


def collect(project: Path, folder: Path, repository: str) -> None:
    """Copy all pages into a folder, with their links changed."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = {source: place for source, _, place in sources(project)}
    for source, file, place in sources(project):
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            target.write_text(relinked(file.read_text(), source, place, pages, repository))
        else:
            shutil.copy2(file, target)


def sources(project: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield the place in the repository, the file, and the place in the site of each page."""
    for file in sorted((ROOT / "docs").rglob("*")):
        if file.is_file():
            place = file.relative_to(ROOT / "docs").as_posix()
            yield f"docs/{place}", file, place
    yield "CHANGELOG.md", ROOT / "CHANGELOG.md", "changelog.md"
    for file in sorted(
        [project / "README.md", project / "SECURITY.md", *project.glob("docs/*.md")]
    ):
        place = file.relative_to(project).as_posix()
        name = "index.md" if place == "README.md" else place
        yield f"{RENDERED}/{place}", file, f"project/{name}"


def relinked(text: str, source: str, place: str, pages: dict[str, str], repository: str) -> str:
    """Return a page with its links as they are in the site."""
    change = relink(source, place, pages, repository)
    parts = FENCED.split(text)
    parts[::2] = [LINK.sub(change, part) for part in parts[::2]]
    return "".join(parts)


def relink(
    source: str, place: str, pages: dict[str, str], repository: str
) -> Callable[[re.Match[str]], str]:
    def change(link: re.Match[str]) -> str:
        path, _, anchor = link["target"].partition("#")
        if ":" in path or not path:
            return link[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        page = pages.get(there) or pages.get(f"{there}/README.md")
        if page is None:
            address = f"{repository}/blob/main/{there}"
            return f"[{link['text']}]({address})" if repository else link["text"]
        target = posixpath.relpath(page, posixpath.dirname(place) or ".")
        return f"{link['image']}[{link['text']}]({target}{'#' * bool(anchor)}{anchor})"

    return change


if __name__ == "__main__":
    main()
