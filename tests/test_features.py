"""What a feature brings, no render without it has."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from support.leftovers import FEATURE_WORDS
from support.matrix import FEATURES, Cell
from support.templates import ROOT

DEPENDENCIES = {"totp": {"cryptography", "pyotp"}}


def test_every_choice_is_tested() -> None:
    question = yaml.safe_load((ROOT / "copier.yml").read_text())["features"]

    assert tuple(question["choices"].values()) == FEATURES
    assert sorted(FEATURES) == list(FEATURES) == [*FEATURE_WORDS] == [*DEPENDENCIES]


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_alone_brings_its_dependencies(
    feature: str, render: Callable[[Cell], Path]
) -> None:
    without, with_it = (dependencies(render(Cell(features=chosen))) for chosen in ((), (feature,)))

    assert with_it - without == DEPENDENCIES[feature]
    assert without - with_it == set()


@pytest.mark.parametrize("feature", FEATURES)
def test_render_without_a_feature_lacks_its_files(
    feature: str, render: Callable[[Cell], Path]
) -> None:
    without, with_it = (files(render(Cell(features=chosen))) for chosen in ((), (feature,)))

    assert {f"app/auth/{feature}", f"tests/auth/{feature}"} <= with_it - without
    assert without - with_it == set()


def dependencies(project: Path) -> set[str]:
    """Return what the application needs, without development tools."""
    listed = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    return {Requirement(line).name for line in listed}


def files(project: Path) -> set[str]:
    """Return the files and folders of a render, without caches."""
    found = (file.relative_to(project) for file in project.rglob("*"))
    return {str(file) for file in found if "__pycache__" not in file.parts}
