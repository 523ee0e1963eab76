"""Edit a text file at a place that is known by its text."""

from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that must be there exactly once: line numbers move, anchors are named."""
    text = file.read_text()
    times = text.count(old)
    assert times == 1, f"{old!r} is {times} times in {file}, not once"
    file.write_text(text.replace(old, new))
