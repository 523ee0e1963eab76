"""docs/reference says what the code says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts import reference
from support.matrix import Cell

ADVICE = "Run `uv run python -m scripts.reference` and commit."


@pytest.fixture
def pages(render: Callable[[Cell], Path]) -> dict[str, str]:
    def render_answers(answers: Mapping[str, Any]) -> Path:
        return render(Cell(**{**answers, "features": tuple(answers.get("features", ()))}))

    return reference.pages(render_answers)


def test_reference_is_up_to_date(pages: dict[str, str]) -> None:
    stored = {file.name: file.read_text() for file in reference.FOLDER.iterdir()}

    assert stored.keys() == pages.keys()
    assert [name for name in pages if pages[name] != stored[name]] == [], ADVICE


ENTRY = {"name": "usual"}


def test_notes_name_the_answers() -> None:
    everything = {"settings": [ENTRY, {"name": "extra"}, {"name": "cookies"}]}
    defaults = {"settings": [ENTRY, {"name": "cookies"}]}
    others = {"`a=b`": {"settings": [ENTRY, {"name": "other"}]}}

    entries = reference.with_notes("settings", everything, defaults, others)

    assert {entry["name"]: entry["note"] for entry in entries} == {
        "usual": "",
        "extra": "only with `features=[totp]`",
        "cookies": "not with `a=b`",
        "other": "only with `a=b`",
    }
