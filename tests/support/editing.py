"""Edit a text file at a place that is identified by its text."""

from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text. Raise AssertionError unless it occurs exactly once."""
    text = file.read_text()
    times = text.count(old)
    assert times == 1, f"{old!r} occurs {times} times in {file}, not once"
    file.write_text(text.replace(old, new))
