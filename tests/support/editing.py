"""Edit a text file at a place that is known by its text."""

from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that must be there exactly once: line numbers move, anchors are named."""
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}, not once"
    file.write_text(text.replace(old, new))
