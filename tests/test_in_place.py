"""The template's source is itself a running project, before anything is rendered."""

from pathlib import Path

from support import checks
from support.templates import PROJECT


def test_source_is_formatted() -> None:
    checks.is_formatted(PROJECT)


def test_source_is_linted() -> None:
    checks.is_linted(PROJECT)


def test_source_is_strictly_typed(type_cache: Path) -> None:
    checks.is_typed(PROJECT, type_cache)


def test_source_passes_its_own_tests() -> None:
    checks.passes_its_tests(PROJECT, {"PYTHONDONTWRITEBYTECODE": "1"})
