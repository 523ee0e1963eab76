"""The release script refuses releases that would break projects."""

import sys
from pathlib import Path
from shutil import copytree

import pytest

from support.commands import Finished, attempt, run
from support.editing import edit
from support.templates import ROOT

CHANGELOG = """\
# Changelog

## Unreleased

## 1.1.0 - 2026-12-01

### Security

### Changed in your code

- `app/cli.py` has another command.

### To do by hand

## 1.0.0

### Changed in your code

- All of it.
"""
NEWS = "- `app/cli.py` has another command.\n"
CONFTEST = """\
def pytest_addoption(parser: object) -> None:
    parser.addoption("--every-cell", action="store_true", required=True)
"""
PASSING = "def test_update() -> None:\n    assert True\n"
BAD_VERSIONS = ("v1.1.0", "1.1", "1.1.0rc1", "01.1.0", "1.1.0\n", "next")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A template that is ready for its release 1.1.0, after 1.0.0."""
    copytree(ROOT / "scripts", tmp_path / "scripts", ignore=lambda *_: ["__pycache__"])
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/conftest.py").write_text(CONFTEST)
    (tmp_path / "tests/test_updates.py").write_text(PASSING)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "kit"\nversion = "1.1.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / ".gitignore").write_text("__pycache__\n.pytest_cache\n")
    run("git", "init", "--quiet", "--initial-branch=main", cwd=tmp_path)
    run("git", "commit", "--quiet", "--allow-empty", "--message", "First", cwd=tmp_path)
    run("git", "tag", "--annotate", "--message", "1.0.0", "1.0.0", cwd=tmp_path)
    return commit(tmp_path)


def test_release_is_an_annotated_tag_with_the_notes(repository: Path) -> None:
    finished = release(repository)

    assert finished.code == 0, finished.report()
    assert "git push origin main 1.1.0" in finished.output
    tag = run("git", "cat-file", "tag", "1.1.0", cwd=repository)
    assert tag.partition("\n\n")[2].startswith("1.1.0\n\n### Security\n\n### Changed in your code")
    assert "1.0.0" not in tag.partition("\n\n")[2]


@pytest.mark.parametrize("version", BAD_VERSIONS)
def test_invalid_version_is_refused(repository: Path, version: str) -> None:
    assert_refused(repository, "is not a version of the form MAJOR.MINOR.PATCH", version=version)


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "0.10.0"])
def test_version_that_does_not_follow_is_refused(repository: Path, version: str) -> None:
    assert_refused(repository, "the last version is 1.0.0", version=version)


def test_versions_are_compared_as_numbers(repository: Path) -> None:
    run("git", "tag", "--annotate", "--message", "1.9.0", "1.9.0", "1.0.0^{}", cwd=repository)

    assert_refused(repository, "pyproject.toml has version 1.1.0. Set 1.10.0", version="1.10.0")


def test_released_commit_is_refused(repository: Path) -> None:
    release(repository)

    assert_refused(repository, "this commit is already released as 1.1.0", version="1.2.0")


def test_another_branch_is_refused(repository: Path) -> None:
    run("git", "switch", "--quiet", "--create", "feature", cwd=repository)

    assert_refused(repository, "HEAD is on feature. Release from main")


@pytest.mark.parametrize("file", ["CHANGELOG.md", "new.txt"])
def test_uncommitted_changes_are_refused(repository: Path, file: str) -> None:
    with (repository / file).open("a") as changed:
        changed.write("more\n")

    assert_refused(repository, "there are uncommitted changes")


def test_another_version_in_the_project_is_refused(repository: Path) -> None:
    edit(repository / "pyproject.toml", "1.1.0", "1.0.0")
    commit(repository)

    assert_refused(repository, "pyproject.toml has version 1.0.0. Set 1.1.0")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("## 1.1.0 - 2026-12-01", "## Next", "CHANGELOG.md has no section `## 1.1.0`"),
        ("## 1.1.0 - 2026-12-01", "## 1.1.0 - soon", "CHANGELOG.md has no section `## 1.1.0`"),
        ("### Security\n", "", "CHANGELOG.md lacks sections of 1.1.0: Security"),
        ("### To do by hand\n", "", "CHANGELOG.md lacks sections of 1.1.0: To do by hand"),
        (NEWS, "", "the section of 1.1.0 in CHANGELOG.md is empty"),
    ],
)
def test_changelog_without_the_release_is_refused(
    repository: Path, old: str, new: str, reason: str
) -> None:
    edit(repository / "CHANGELOG.md", old, new)
    commit(repository)

    assert_refused(repository, reason)


def test_failing_tests_are_refused(repository: Path) -> None:
    edit(repository / "tests/test_updates.py", "assert True", "assert False")
    commit(repository)

    assert_refused(repository, "the tests failed")


def test_missing_update_tests_are_refused(repository: Path) -> None:
    (repository / "tests/test_updates.py").unlink()
    commit(repository)

    assert_refused(repository, "there are no update tests")


def assert_refused(repository: Path, reason: str, *, version: str = "1.1.0") -> None:
    tags = run("git", "tag", cwd=repository)

    finished = release(repository, version)

    assert finished.code == 1, finished.report()
    assert reason in finished.output.partition("Not released: ")[2]
    assert "Traceback" not in finished.output
    assert run("git", "tag", cwd=repository) == tags


def release(repository: Path, version: str = "1.1.0") -> Finished:
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return attempt(sys.executable, "scripts/release.py", version, cwd=repository, env=env)


def commit(repository: Path) -> Path:
    run("git", "add", "--all", cwd=repository)
    run("git", "commit", "--quiet", "--message", "Ready", cwd=repository)
    return repository
