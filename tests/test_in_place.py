"""The source of the template is a running project."""

from pathlib import Path

from support import checks
from support.templates import PROJECT


def test_source_is_formatted() -> None:
    checks.is_formatted(PROJECT)


def test_source_is_linted() -> None:
    checks.is_linted(PROJECT)


def test_source_is_strictly_typed(type_cache: Path) -> None:
    checks.is_typed(PROJECT, type_cache)


def test_source_passes_tests_near_edits() -> None:
    """The default render, which differs from the source in comments only, runs all of them."""
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    checks.passes_its_tests(PROJECT, env, *checks.TESTS_NEAR_EDITS)
