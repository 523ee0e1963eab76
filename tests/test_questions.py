"""Validation, defaults and storage of the answers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from support import copies
from support.matrix import CELLS, FEATURES, Cell
from support.templates import ROOT

DEFAULTS = {
    "project_name": "My App",
    "project_slug": "my-app",
    **Cell().answers,
}

BAD_NAMES = {
    "empty": ("", "The project name is empty"),
    "blank": ("   ", "The project name is empty"),
    "too long": ("x" * 61, "more than 60 characters"),
    "leading space": (" Shop", "begins or ends with a space"),
    "newline": ("My\nApp", "invisible character"),
    "nul": ("My\0App", "invisible character"),
    "escape": ("My\x1bApp", "invisible character"),
    "right-to-left override": ("My\u202eApp", "invisible character"),
    "Arabic letter mark": ("My\u061cApp", "invisible character"),
    "soft hyphen": ("My\u00adApp", "invisible character"),
    "Hangul filler": ("My\u3164App", "invisible character"),
    "variation selector": ("My\ufe0fApp", "which some emoji have"),
    "double quote": ('My "App"', 'Remove "'),
    "backslash": ("My\\App", 'Remove "'),
    "expression": ("{{ 7 * 7 }}", 'Remove "'),
    "shell": ("$(id)", 'Remove "'),
}

BAD_SLUGS = {
    "empty": "",
    "capitals": "MyApp",
    "leading digit": "3d-shop",
    "underscore": "my_app",
    "double hyphen": "my--app",
    "trailing hyphen": "my-app-",
    "trailing newline": "my-app\n",
    "one letter": "a",
    "too long": "a" * 41,
    "not ASCII": "café",
    "path": "../app",
}
TAKEN_SLUGS = ("app", "fastapi", "mysql", "postgres", "sqlalchemy", "template1", "test")


@pytest.mark.parametrize(("name", "sentence"), BAD_NAMES.values(), ids=BAD_NAMES)
def test_bad_project_name_is_refused(
    copier_template: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    project = tmp_path / "project"

    with pytest.raises(ValueError, match=sentence):
        copies.copy(copier_template, project, project_name=name, project_slug="my-app")

    assert not project.exists()


@pytest.mark.parametrize("slug", BAD_SLUGS.values(), ids=BAD_SLUGS)
def test_bad_project_slug_is_refused(copier_template: Path, tmp_path: Path, slug: str) -> None:
    project = tmp_path / "project"

    with pytest.raises(ValueError, match="a to z, 0 to 9 and single hyphens"):
        copies.copy(copier_template, project, project_slug=slug)

    assert not project.exists()


@pytest.mark.parametrize("slug", TAKEN_SLUGS)
def test_slug_of_a_needed_package_is_refused(
    copier_template: Path, tmp_path: Path, slug: str
) -> None:
    with pytest.raises(ValueError, match=f'"{slug}" is a package or a database'):
        copies.copy(copier_template, tmp_path / "project", project_slug=slug)


@pytest.mark.parametrize("question", Cell().answers)
def test_unknown_choice_is_refused(copier_template: Path, tmp_path: Path, question: str) -> None:
    unknown: Any = ["oracle"] if question == "features" else "oracle"

    with pytest.raises(ValueError, match=f"Invalid choice for '{question}': 'oracle' is not in"):
        copies.copy(copier_template, tmp_path / "project", **{question: unknown})


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Shop & Co. 2", "shop-co-2"),
        ("42 Wallaby Way", "wallaby-way"),
        ("Töpferei Müller", "toepferei-mueller"),
        ("Łódź Çelik", "lodz-celik"),
        ("注文", "my-app"),
        ("Ann's Shop", "anns-shop"),
        ("C++ & Co", "c-co"),
        ("\N{ROCKET} Start", "start"),
        ("The Society for Protection of Long Names", "the-society-for-protection-of-long-names"),
        ("The Society for Protection of Longer Names", "the-society-for-protection-of-longer"),
        ("x" * 60, "x" * 40),
        ("X", "x-app"),
        ("Test", "test-app"),
    ],
)
def test_slug_is_derived_from_the_name(
    copier_template: Path, tmp_path: Path, name: str, slug: str
) -> None:
    project = copies.copy(copier_template, tmp_path, only=copies.ANSWERS_FILE, project_name=name)

    assert copies.answers(project) == {**DEFAULTS, "project_name": name, "project_slug": slug}


def test_questions_fit_a_terminal_of_80_columns() -> None:
    """Copier cuts what does not fit, and puts a sign of three columns in front."""
    entries = yaml.safe_load((ROOT / "copier.yml").read_text()).values()
    questions = [entry for entry in entries if isinstance(entry, dict) and "help" in entry]

    texts = [question["help"] for question in questions]
    texts += [label for question in questions for label in question.get("choices", ())]

    assert len(texts) > 15
    assert [text for text in texts if len(text) > 76] == []


def test_defaults_are_the_first_cell(copier_template: Path, tmp_path: Path) -> None:
    project = copies.copy(copier_template, tmp_path, only=copies.ANSWERS_FILE)

    assert copies.answers(project) == DEFAULTS
    assert CELLS[0] == Cell()


def test_features_are_stored_once_and_in_order(copier_template: Path, tmp_path: Path) -> None:
    given = [*reversed(FEATURES), *FEATURES]

    project = copies.copy(copier_template, tmp_path, only=copies.ANSWERS_FILE, features=given)

    assert copies.answers(project)["features"] == sorted(FEATURES)


@pytest.mark.parametrize("text", ["totp", "", "totp, oracle"])
def test_features_are_a_list(copier_template: Path, tmp_path: Path, text: str) -> None:
    with pytest.raises(TypeError, match=f"Not a YAML list: '{text}'"):
        copies.copy(copier_template, tmp_path / "project", features=text)


def test_every_answer_is_kept(copier_template: Path, tmp_path: Path) -> None:
    given = {"project_name": "Shop", "project_slug": "store", **CELLS[-1].answers}

    project = copies.copy(copier_template, tmp_path, only=copies.ANSWERS_FILE, **given)

    assert copies.answers(project) == given
