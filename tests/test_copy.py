"""`copier copy` needs no trust, accepts a path or a Git URL, and prints the next commands."""

from pathlib import Path

import pytest
import yaml

from support import copies
from support.commands import run

NEXT_COMMANDS = ("uv run fastapi dev", "uv run pytest")


@pytest.mark.parametrize("scheme", ["", "git+file://"], ids=["path", "git URL"])
def test_copy_needs_no_trust(copier_template: Path, tmp_path: Path, scheme: str) -> None:
    source = f"{scheme}{copier_template}"

    finished = copies.command("copy", "--defaults", source, "project", cwd=tmp_path)

    assert finished.code == 0, finished.report()
    stored = yaml.safe_load((tmp_path / "project" / copies.ANSWERS_FILE).read_text())
    assert (stored["_src_path"], stored["_commit"]) == (source, "99.99.99")


def test_copy_ends_with_the_next_commands(copier_template: Path, tmp_path: Path) -> None:
    finished = copies.command("copy", "--defaults", str(copier_template), "shop", cwd=tmp_path)

    assert [said for said in NEXT_COMMANDS if said not in finished.output] == []
    assert "app/auth" in finished.output


def test_folder_as_the_template_is_said(copier_template: Path, tmp_path: Path) -> None:
    folder, url = (
        copies.command("copy", "--defaults", source, name, cwd=tmp_path).output
        for name, source in (
            ("one", str(copier_template)),
            ("two", f"git+file://{copier_template}"),
        )
    )

    assert f"remembers this folder as its template: {copier_template}" in folder
    assert "remembers this folder" not in url


def test_refused_answer_is_one_sentence_and_writes_nothing(
    copier_template: Path, tmp_path: Path
) -> None:
    finished = copies.command(
        *("copy", "--defaults", "--data", "project_slug=fastapi"),
        *(str(copier_template), "shop"),
        cwd=tmp_path,
    )

    assert finished.code != 0
    assert '"fastapi" is a package or a database' in finished.output
    assert list(tmp_path.iterdir()) == []


def test_only_the_environment_file_is_ignored(copier_template: Path, tmp_path: Path) -> None:
    project = copies.copy(copier_template, tmp_path / "shop")
    run("git", "init", "--quiet", cwd=project)

    ignored = run("git", "ls-files", "--others", "--ignored", "--exclude-standard", cwd=project)

    assert ignored.split() == [".env"]


def test_copies_differ_only_in_the_secret(copier_template: Path, tmp_path: Path) -> None:
    first, second = (copies.copy(copier_template, tmp_path / name) for name in ("one", "two"))

    assert differing_files(first, second) == {Path(".env")}


def differing_files(first: Path, second: Path) -> set[Path]:
    contents = [
        {file.relative_to(root): file.read_bytes() for file in root.rglob("*") if file.is_file()}
        for root in (first, second)
    ]
    assert contents[0].keys() == contents[1].keys()
    return {path for path in contents[0] if contents[0][path] != contents[1][path]}
