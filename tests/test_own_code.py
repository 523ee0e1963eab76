"""The template's own tests pass the checks of renders."""

from pathlib import Path

from support.commands import module, run
from support.templates import ROOT


def test_tests_are_formatted() -> None:
    run(*module("ruff", "format", "--check", "--diff", "--no-cache", "."), cwd=ROOT)


def test_tests_are_linted() -> None:
    run(*module("ruff", "check", "--no-cache", "."), cwd=ROOT)


def test_tests_are_strictly_typed(type_cache: Path) -> None:
    run(*module("mypy", "--cache-dir", str(type_cache)), cwd=ROOT)
